//! Kernels of Jupyter: `jupyter_client` starts them by their names, with a command that a distribution has written into a file
//! below the interpreter's prefix.

use super::growing::{Growing, Importer, Life};
use super::{packages, wanted};
use crate::graph::EdgeKind;
use std::fs;
use std::path::{Path, PathBuf};

/// The module that looks for the files.
const READER: &str = "jupyter_client.kernelspec";

/// A kernel that is installed.
#[derive(Debug)]
pub(crate) struct Kernel {
    /// The distribution that has it.
    owner: usize,
    name: String,
    /// What says how it is started.
    file: PathBuf,
}

/// Includes the kernels that the program names, and all of them where it uses the library that starts them, or one that requires
/// this: it then has one by default. Programs that only write or convert notebooks start none.
pub(crate) fn follow(growing: &mut Growing<'_>) {
    let Some(&reader) = growing.by_name.get(READER) else { return };
    let kernels = growing.kernels.take().unwrap_or_else(|| installed(growing));
    let is_direct = wanted::is_direct_or_required(growing, reader);
    let (started, others): (Vec<Kernel>, Vec<Kernel>) =
        kernels.into_iter().partition(|kernel| is_direct || growing.wanted.says(&kernel.name));
    growing.kernels = Some(others);
    let project = growing.project;
    for Kernel { owner, file, .. } in started {
        let Some(module) = module_of(&file) else { continue };
        growing.wanted.want(project, owner);
        growing.starts_interpreter = true;
        let importer = Importer { node: Some(reader), line: 0, kind: EdgeKind::Dynamic };
        packages::include_run(growing, &module, importer);
        if let Some(&node) = growing.by_name.get(&module) {
            growing.enliven(node, Life::Live);
        }
    }
}

fn installed(growing: &Growing<'_>) -> Vec<Kernel> {
    let prefix = &growing.project.interpreter.prefix;
    let files = growing.owners.all().flat_map(|(owner, found)| found.files.iter().map(move |file| (owner, file)));
    let files = files.filter(|(_, file)| file.file_name().is_some_and(|name| name == "kernel.json"));
    let files = files.filter(|(_, file)| file.starts_with(prefix.join("share/jupyter/kernels")));
    files
        .filter_map(|(owner, file)| {
            let name = file.parent()?.file_name()?.to_str()?.to_owned();
            Some(Kernel { owner, name, file: file.clone() })
        })
        .collect()
}

/// What follows `-m` in the command of a kernel.
fn module_of(file: &Path) -> Option<String> {
    let document: serde_json::Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let mut words = document.get("argv")?.as_array()?.iter().filter_map(serde_json::Value::as_str);
    words.find(|word| *word == "-m")?;
    words.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::graph::Options;
    use crate::project::Project;
    use crate::testing;
    use crate::walk::walk;

    /// The modules of the kernel that go in, and whether interpreters are started.
    fn kernel(main: &str) -> (Vec<String>, bool) {
        let metadata = |name: &str, requires: &str| format!("Name: {name}\nVersion: 1\n{requires}");
        let (folder, mut project) = testing::project(&[
            ("one/main.py", main),
            ("env/share/jupyter/kernels/python3/kernel.json", r#"{"argv": ["python", "-m", "launcher", "-f", "{x}"]}"#),
            ("env/lib/launcher.py", "if __name__ == '__main__':\n    import kern"),
            ("env/lib/kern.py", ""),
            ("env/lib/ipykernel-1.dist-info/METADATA", &metadata("ipykernel", "")),
            (
                "env/lib/ipykernel-1.dist-info/RECORD",
                "launcher.py,,\nkern.py,,\n../share/jupyter/kernels/python3/kernel.json,,\n",
            ),
            ("env/lib/jupyter_client/__init__.py", "from . import kernelspec"),
            ("env/lib/jupyter_client/kernelspec.py", ""),
            ("env/lib/jupyter_client-1.dist-info/METADATA", &metadata("jupyter_client", "")),
            (
                "env/lib/jupyter_client-1.dist-info/RECORD",
                "jupyter_client/__init__.py,,\njupyter_client/kernelspec.py,,\n",
            ),
            ("env/lib/nbclient.py", "import jupyter_client"),
            ("env/lib/nbclient-1.dist-info/METADATA", &metadata("nbclient", "Requires-Dist: jupyter_client\n")),
            ("env/lib/nbclient-1.dist-info/RECORD", "nbclient.py,,\n"),
            ("env/lib/nbconvert.py", "import nbclient"),
            ("env/lib/nbconvert-1.dist-info/METADATA", &metadata("nbconvert", "Requires-Dist: nbclient\n")),
            ("env/lib/nbconvert-1.dist-info/RECORD", "nbconvert.py,,\n"),
        ]);
        project.interpreter.prefix = folder.path().join("env");
        project.interpreter.search_path = vec![folder.path().join("env/lib")];
        let project = Project::new(project.program, project.interpreter, &[]);
        let graph = walk(&project, &Options::default()).unwrap();
        let starts = graph.starts_interpreter;
        (graph.modules.into_keys().filter(|name| matches!(name.as_str(), "launcher" | "kern")).collect(), starts)
    }

    #[test]
    fn who_runs_notebooks_starts_kernels() {
        let started = (vec!["kern".to_owned(), "launcher".to_owned()], true);
        for main in ["import jupyter_client", "import nbclient", "import nbconvert\nrun(kernel='python3')"] {
            assert_eq!(kernel(main), started, "{main}");
        }
        assert_eq!(kernel("import nbconvert"), (Vec::new(), false));
    }
}
