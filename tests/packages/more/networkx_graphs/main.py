"""Graphs; algorithms dispatch to backends that entry points offer."""

import networkx as nx

graph = nx.karate_club_graph()
print(graph.number_of_nodes(), nx.shortest_path(graph, 0, 33), round(nx.density(graph), 4))
print([len(part) for part in nx.community.greedy_modularity_communities(graph)])
print(nx.pagerank(graph)[0].__round__(4), sorted(nx.config.backends) if False else "")
print("\n".join(nx.generate_graphml(nx.path_graph(2)))[:40])
print(nx.to_numpy_array(nx.cycle_graph(3)).tolist(), len(nx.spring_layout(graph, seed=1)))
