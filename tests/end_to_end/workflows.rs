//! The workflows in `.github/workflows`: they are YAML, and the commands in them work.

use crate::guide::Folder;
use crate::packages::environment_with;
use crate::rpack::{clean, repository, run, text};
use serde_json::Value;
use std::fs;
use std::process::Command;

/// The actions that the workflows use, in the versions that were read about, with the inputs that are given to them.
const ACTIONS: [(&str, &[&str]); 3] = [
    ("actions/checkout@v6", &[]),
    ("actions/setup-python@v6", &["python-version"]),
    ("actions/upload-artifact@v7", &["if-no-files-found", "name", "path"]),
];

/// A workflow as a program that knows YAML reads it.
fn workflow(name: &str) -> Value {
    let python = environment_with("guide", &repository().join("tests/guide"));
    let mut command = Command::new(python);
    clean(&mut command);
    let script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
    let output = run(command.args(["-c", script]).arg(repository().join(".github/workflows").join(name)));
    assert!(output.status.success(), "{name}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The commands of a job, step by step.
fn commands(job: &Value) -> Vec<&str> {
    job["steps"].as_array().unwrap().iter().filter_map(|step| step["run"].as_str()).collect()
}

#[test]
fn the_workflows_ask_actions_for_what_they_know() {
    let folder = fs::read_dir(repository().join(".github/workflows")).unwrap();
    let mut names: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    // Each has a test of its own below.
    assert_eq!(names, ["plugins.yml", "test.yml"]);
    for name in names {
        let workflow = workflow(&name);
        let jobs = workflow["jobs"].as_object().unwrap().values();
        for step in jobs.flat_map(|job| job["steps"].as_array().unwrap()) {
            let Some(action) = step["uses"].as_str() else {
                assert!(step["run"].is_string(), "{name}: {step}");
                continue;
            };
            let known = ACTIONS.iter().find(|(known, _)| *known == action);
            let (_, inputs) = known.unwrap_or_else(|| panic!("{name} uses {action}, which nobody has read about"));
            let given: Vec<_> = step["with"].as_object().into_iter().flat_map(|given| given.keys()).collect();
            assert!(given.iter().all(|input| inputs.contains(&input.as_str())), "{name}: {action} is given {given:?}");
        }
    }
}

#[test]
fn the_workflow_for_plugins_builds_every_example() {
    let workflow = workflow("plugins.yml");
    let job = &workflow["jobs"]["build"];
    let plugins: Vec<&str> =
        job["strategy"]["matrix"]["plugin"].as_array().unwrap().iter().map(|plugin| plugin.as_str().unwrap()).collect();
    let examples = fs::read_dir(repository().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut examples: Vec<_> = examples.filter(|path| path.join("main.py").is_file()).collect();
    let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    examples.sort_by_key(|path| plugins.iter().position(|plugin| *plugin == name(path)));
    assert_eq!(examples.iter().map(name).collect::<Vec<_>>(), plugins);

    let folder = Folder::open();
    let mut commands = commands(job);
    // The tests have Rust and an rpack already; this one would be built from the same sources.
    assert!(commands.remove(0).starts_with("rustup toolchain install stable "));
    assert_eq!(commands.remove(0), "cargo install --locked --path packer");
    commands.insert(0, "PLUGIN=simple_plugin");
    let output = folder.run(&commands);
    let printed = (0..commands.len()).filter_map(|number| fs::read_to_string(folder.printed(number)).ok());
    assert!(output.status.success(), "{}{}", printed.collect::<String>(), text(&output.stderr));
    let uploaded = job["steps"].as_array().unwrap().last().unwrap()["with"]["path"].as_str().unwrap();
    let archive = folder.path().join(uploaded.replace("${{ matrix.plugin }}", "simple_plugin"));
    let listing = text(&run(Command::new("tar").args(["--list", "--verbose", "--file"]).arg(archive)).stdout);
    let is_there = |line: &str| line.starts_with("-rwx") && line.ends_with("/simple-plugin-1.0.0-linux-x86_64");
    assert!(listing.lines().any(is_there), "{listing}");
}

#[test]
fn the_workflow_for_tests_runs_what_continuous_integration_runs() {
    let workflow = workflow("test.yml");
    let job = &workflow["jobs"]["test"];
    let commands = commands(job);
    let [rust, test] = commands[..] else { panic!("{commands:?}") };
    assert!(rust.starts_with("rustup toolchain install stable ") && test.ends_with(" .ci/run"), "{commands:?}");
    let script = fs::read_to_string(repository().join(".ci/run")).unwrap();
    let wanted = script.split("RPACK_TEST_PYTHONS=").nth(1).unwrap().split_whitespace().next().unwrap();
    let setup =
        job["steps"].as_array().unwrap().iter().find(|step| step["with"]["python-version"].is_string()).unwrap();
    let mut given: Vec<&str> = setup["with"]["python-version"].as_str().unwrap().split_whitespace().collect();
    given.sort_by_key(|version| version.trim_start_matches("3.").parse::<u32>().ok());
    assert_eq!(given.join(","), wanted);
}
