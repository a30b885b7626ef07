//! A packed plugin that offers server reflection, asked by a client that knows nothing of it, where there is no Python.

use crate::guide::Folder;
use crate::rpack::{clean, example, run, text};
use crate::without_python::{hidden, reachable_folder};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};

/// Often enough for the ten seconds that mcpd waits: every try starts a process.
const TRIES: usize = 500;

#[test]
fn a_plugin_tells_its_services_where_no_python_is_installed() {
    let grpcurl = Folder::open().grpcurl();
    let folder = reachable_folder();
    let plugin = folder.path().join("logging_plugin");
    fs::copy(example("logging_plugin"), &plugin).unwrap();
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    let socket = folder.path().join("plugin.sock");
    let mut command = Command::new(hidden(folder.path(), &plugin));
    clean(&mut command);
    command.arg("--address").arg(&socket).args(["--network", "unix"]).env("LOGGING_PLUGIN_REFLECTION", "true");
    let mut plugin = Ended(command.stderr(Stdio::piped()).spawn().unwrap());
    let ask = |arguments: &[&str]| {
        let mut command = Command::new(&grpcurl);
        clean(&mut command);
        run(command.args(["-plaintext", "-unix"]).arg(&socket).args(arguments))
    };

    let services = first_answer(&mut plugin.0, || ask(&["list"]));
    assert_eq!(services, "grpc.reflection.v1alpha.ServerReflection\nmozilla.mcpd.plugins.v1.Plugin\n");
    let described = ask(&["describe", "mozilla.mcpd.plugins.v1.Plugin"]);
    let described = text(&described.stdout);
    assert!(described.contains("rpc HandleRequest ( .mozilla.mcpd.plugins.v1.HTTPRequest )"), "{described}");
    let called = ask(&["mozilla.mcpd.plugins.v1.Plugin/GetMetadata"]);
    let metadata: serde_json::Value = serde_json::from_slice(&called.stdout).unwrap();
    assert_eq!((metadata["name"].as_str(), metadata["version"].as_str()), (Some("logging-plugin"), Some("1.0.0")));

    let ended = run(Command::new("kill").args(["-TERM", &plugin.0.id().to_string()]));
    assert!(ended.status.success() && plugin.0.wait().unwrap().success());
    assert!(!socket.exists());
}

/// What `ask` prints when it is answered, which it is not before the plugin listens.
fn first_answer(plugin: &mut Child, ask: impl Fn() -> Output) -> String {
    let mut last = None;
    for _ in 0..TRIES {
        let output = ask();
        if output.status.success() {
            return text(&output.stdout);
        }
        assert!(plugin.try_wait().unwrap().is_none(), "the plugin has ended: {}", text(&output.stderr));
        last = Some(text(&output.stderr));
    }
    panic!("the plugin does not answer: {last:?}");
}

/// A process that ends with the test, however that ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
