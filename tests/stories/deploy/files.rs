//! Containers, clusters and workflows: each file is read by a parser and keeps what we promise of it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use whimbrel_world::World;

use super::yaml;
use crate::layering::root;

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The instructions of a Dockerfile with their arguments; lines that go on are joined.
fn instructions(path: &str) -> Vec<(String, String)> {
    let joined = text(path).replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let split = |line: &str| {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        (word.to_owned(), rest.trim().to_owned())
    };
    lines.map(split).collect()
}

#[test]
fn the_image_is_small_without_root_and_looks_after_itself() {
    let instructions = instructions("deploy/Dockerfile");
    let known = [
        "FROM",
        "RUN",
        "WORKDIR",
        "COPY",
        "ARG",
        "ENV",
        "USER",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    ];
    for (word, rest) in &instructions {
        assert!(known.contains(&word.as_str()) && !rest.is_empty(), "{word} {rest}");
    }
    let stages: Vec<&str> =
        instructions.iter().filter(|(word, _)| word == "FROM").map(|(_, rest)| rest.as_str()).collect();
    assert_eq!(stages.len(), 2, "{stages:?}");
    assert!(stages.iter().all(|stage| stage.contains(':') && !stage.contains(":latest")), "{stages:?}");
    let last = instructions.iter().rposition(|(word, _)| word == "FROM").expect("two of them");
    let shipped = &instructions[last..];
    assert!(shipped.iter().all(|(word, _)| word != "RUN"), "there is no shell in the image");
    let one = |word: &str| {
        let mut found = shipped.iter().filter(|(known, _)| known == word).map(|(_, rest)| rest.as_str());
        let first = found.next().unwrap_or_else(|| panic!("no {word}"));
        assert!(found.next().is_none(), "two of {word}");
        first
    };
    let user: u32 = one("USER").split(':').next().and_then(|user| user.parse().ok()).expect("a number");
    assert!(user > 0, "nobody needs root");
    assert_eq!(one("VOLUME"), "/var/lib/whimbrel");
    for (word, runs) in [("HEALTHCHECK", "healthy"), ("ENTRYPOINT", ""), ("CMD", "run")] {
        let rest = one(word);
        let list = &rest[rest.find('[').unwrap_or_else(|| panic!("{word} needs a shell"))..];
        let list: Vec<String> = serde_json::from_str(list).expect("a list of words");
        assert!(runs.is_empty() || list.last().is_some_and(|last| last == runs), "{list:?}");
    }
    // What is set in the image are keys of ours.
    let world = World::new();
    let mut checked = 0;
    for pair in one("ENV").split_whitespace() {
        let (name, value) = pair.split_once('=').expect("a value");
        let path: Vec<String> =
            name.trim_start_matches("WHIMBREL_").split("__").map(str::to_lowercase).collect();
        world.write("whimbrel.toml", format!("[{}]\n{} = \"{value}\"\n", path[0], path[1]));
        let output = world.run(&["healthy", "--config", "whimbrel.toml"]);
        assert_ne!(output.code, Some(2), "{output:?}");
        checked += 1;
    }
    assert_eq!(checked, 2);
}

#[test]
fn services_of_compose_have_no_rights_to_lose() {
    for (path, many) in [("deploy/compose.yaml", 1), ("deploy/compose.proxy.yaml", 2)] {
        let compose = yaml::document(path);
        let services = compose["services"].as_object().expect("services");
        assert_eq!(services.len(), many, "{path}");
        for (name, service) in services.iter().filter(|(_, service)| service.get("image").is_some()) {
            assert_eq!(service["read_only"], true, "{path}: {name}");
            assert_eq!(service["cap_drop"][0], "ALL", "{path}: {name}");
            assert_eq!(service["security_opt"][0], "no-new-privileges:true", "{path}: {name}");
        }
    }
    let compose = yaml::document("deploy/compose.yaml");
    let ports = &compose["services"]["whimbrel"]["ports"];
    assert!(ports[0].as_str().is_some_and(|port| port.starts_with("127.0.0.1:")), "{ports}");
    assert!(root().join("deploy/Caddyfile").exists());
}

#[test]
fn a_cluster_runs_one_of_it_and_asks_how_it_is() {
    let documents = yaml::documents("deploy/kubernetes/whimbrel.yaml");
    let of = |kind: &str| -> &Value {
        documents.iter().find(|document| document["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))
    };
    for document in &documents {
        assert!(
            document["apiVersion"].is_string() && document["metadata"]["name"] == "whimbrel",
            "{document}"
        );
    }
    let spec = &of("Deployment")["spec"];
    assert_eq!((&spec["replicas"], &spec["strategy"]["type"]), (&1.into(), &"Recreate".into()));
    let labels = &spec["template"]["metadata"]["labels"];
    assert_eq!(&spec["selector"]["matchLabels"], labels);
    assert_eq!(&of("Service")["spec"]["selector"], labels);
    let pod = &spec["template"]["spec"];
    assert_eq!(
        (&pod["securityContext"]["runAsNonRoot"], &pod["automountServiceAccountToken"]),
        (&true.into(), &false.into())
    );
    let container = &pod["containers"][0];
    let rights = &container["securityContext"];
    assert_eq!(
        (&rights["readOnlyRootFilesystem"], &rights["allowPrivilegeEscalation"]),
        (&true.into(), &false.into())
    );
    assert_eq!(rights["capabilities"]["drop"][0], "ALL");
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        assert_eq!(container[probe]["httpGet"]["path"], "/healthz", "{probe}");
        assert_eq!(container[probe]["httpGet"]["port"], container["ports"][0]["name"], "{probe}");
    }
    let names = |list: &Value| -> BTreeSet<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|item| item["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(
        names(&container["volumeMounts"]),
        names(&pod["volumes"]),
        "each volume is mounted, each mount is there"
    );
    assert_eq!(
        of("PersistentVolumeClaim")["metadata"]["name"],
        pod["volumes"][0]["persistentVolumeClaim"]["claimName"]
    );
    // The configuration in it is one the program takes.
    let world = World::new();
    let inner = of("ConfigMap")["data"]["whimbrel.toml"].as_str().expect("a text");
    world.write("whimbrel.toml", inner);
    let output = world.run(&["healthy", "--config", "whimbrel.toml"]);
    assert_eq!(output.code, Some(1), "it is read, and nobody answers: {output:?}");
    let arguments: Vec<&str> =
        container["args"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(arguments, ["run", "--config", "/etc/whimbrel/whimbrel.toml", "--log-format", "json"]);
}

#[test]
fn the_workflow_keeps_its_state_and_runs_a_command_there_is() {
    let workflow = yaml::document("deploy/pages.yaml");
    assert!(workflow["on"]["schedule"][0]["cron"].is_string());
    assert_eq!(workflow["concurrency"]["cancel-in-progress"], false, "a run that sends must end");
    let steps = workflow["jobs"]["publish"]["steps"].as_array().expect("steps");
    let place = |word: &str| {
        let uses = |step: &Value| step["uses"].as_str().is_some_and(|uses| uses.starts_with(word));
        steps.iter().position(uses).unwrap_or_else(|| panic!("no step uses {word}"))
    };
    let once = steps
        .iter()
        .position(|step| step["run"].as_str().is_some_and(|run| run.starts_with("whimbrel once")));
    let once = once.expect("a round");
    let (restored, saved) = (place("actions/cache/restore@"), place("actions/cache/save@"));
    assert!(restored < once && once < saved && saved < place("actions/deploy-pages@"));
    assert_eq!(steps[saved]["if"], "always()", "what was sent must not be sent again");
    assert_eq!(steps[restored]["with"]["path"], steps[saved]["with"]["path"]);
    // The very command, on a catalog of one file, with the tokens somebody without any has.
    let mut world = World::new();
    for (name, _) in steps[once]["env"].as_object().expect("variables") {
        world
            .variable(name, if name == "WHIMBREL_WEB__PUBLIC_URL" { "https://example.org/news" } else { "" });
    }
    world.write(
        "list.md",
        whimbrel_world::catalog_of("Birds", [("curlew", "https://github.com/example/curlew")]),
    );
    world.follow("birds", "list.md");
    let words = steps[once]["run"].as_str().expect("a command").split(' ').skip(1);
    let output = world.run(&words.collect::<Vec<_>>());
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(world.path("public/index.html").exists() && world.path("whimbrel-data").exists());
}

#[test]
fn the_installer_installs_and_keeps_the_program_before() {
    let script = root().join("deploy/install.sh");
    match Command::new("shellcheck").arg(&script).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(_) => eprintln!("shellcheck is not here: the installer was not read by it"),
    }
    let world = World::new();
    std::fs::create_dir(world.path("release")).expect("it is ours");
    std::os::unix::fs::symlink(whimbrel_world::process::program(), world.path("release/whimbrel"))
        .expect("ours");
    let packed = Command::new("tar")
        .args(["--dereference", "-czf", "release.tar.gz", "release"])
        .current_dir(world.folder())
        .status();
    assert!(packed.is_ok_and(|packed| packed.success()));
    let install = || {
        let output = Command::new("sh")
            .arg(&script)
            .args(["--archive", "release.tar.gz"])
            .env("DESTDIR", world.path("system"))
            .env("PREFIX", "/opt")
            .current_dir(world.folder())
            .output()
            .expect("a shell is there");
        assert!(output.status.success(), "{output:?}");
    };
    install();
    let configured =
        std::fs::read_to_string(world.path("system/etc/whimbrel/whimbrel.toml")).expect("it is there");
    assert!(configured.lines().any(|line| line == "path = \"/var/lib/whimbrel\""), "commands find the state");
    world.write("system/etc/whimbrel/whimbrel.toml", "# mine\n");
    install();
    let at = |name: &str| {
        std::fs::read_to_string(world.path(&format!("system/{name}"))).expect("it was installed")
    };
    assert_eq!(at("etc/whimbrel/whimbrel.toml"), "# mine\n", "a configuration is left alone");
    assert!(at("etc/systemd/system/whimbrel.service").contains("ExecStart=/opt/bin/whimbrel run"));
    for name in ["whimbrel", "whimbrel.before"] {
        let output = Command::new(world.path(&format!("system/opt/bin/{name}"))).arg("--version").output();
        assert!(output.is_ok_and(|output| output.stdout.starts_with(b"whimbrel ")), "{name}");
    }
    let refused = Command::new("sh").arg(&script).arg("--archvie").output().expect("a shell is there");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
}
