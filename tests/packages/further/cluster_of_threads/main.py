"""A cluster in one process; its handlers are named in a YAML file."""

import dask, dask.array as da, dask.config
from distributed import Client, LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, processes=False, threads_per_worker=2, dashboard_address=None) as cluster, Client(cluster) as client:
        print(client.submit(sum, [1, 2, 3]).result(), da.arange(10, chunks=5).sum().compute())
        print(dask.config.get("distributed.worker.memory.target"))
