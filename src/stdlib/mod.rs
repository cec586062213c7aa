//! The templates that ship with the program. They are written in Tabi and read by the ordinary parser; this list is all that Rust knows.

/// A module: its name after `std.`, and its text.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    /// `http` of `std.http`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl Module {
    /// What it is for: the comment above its templates.
    pub fn doc(&self) -> String {
        let lines = self.text.lines().take_while(|l| l.starts_with('#') && !l.starts_with("##"));
        let text: Vec<&str> = lines.map(|l| l.trim_start_matches('#').trim()).collect();
        text.join("\n").trim().to_string()
    }
}

/// Every module, in order of their names.
pub const ALL: &[Module] = &[
    Module { name: "argo_rollouts", text: include_str!("argo_rollouts.tabi") },
    Module { name: "argo_workflows", text: include_str!("argo_workflows.tabi") },
    Module { name: "argocd", text: include_str!("argocd.tabi") },
    Module { name: "aws", text: include_str!("aws.tabi") },
    Module { name: "bazel_remote", text: include_str!("bazel_remote.tabi") },
    Module { name: "buildkite", text: include_str!("buildkite.tabi") },
    Module { name: "cluster_autoscaler", text: include_str!("cluster_autoscaler.tabi") },
    Module { name: "control_plane", text: include_str!("control_plane.tabi") },
    Module { name: "django", text: include_str!("django.tabi") },
    Module { name: "dora", text: include_str!("dora.tabi") },
    Module { name: "environments", text: include_str!("environments.tabi") },
    Module { name: "envoy", text: include_str!("envoy.tabi") },
    Module { name: "fastapi", text: include_str!("fastapi.tabi") },
    Module { name: "flux", text: include_str!("flux.tabi") },
    Module { name: "github_actions", text: include_str!("github_actions.tabi") },
    Module { name: "gitlab", text: include_str!("gitlab.tabi") },
    Module { name: "go", text: include_str!("go.tabi") },
    Module { name: "grpc", text: include_str!("grpc.tabi") },
    Module { name: "haproxy", text: include_str!("haproxy.tabi") },
    Module { name: "http", text: include_str!("http.tabi") },
    Module { name: "ingress_nginx", text: include_str!("ingress_nginx.tabi") },
    Module { name: "istio", text: include_str!("istio.tabi") },
    Module { name: "jenkins", text: include_str!("jenkins.tabi") },
    Module { name: "kafka", text: include_str!("kafka.tabi") },
    Module { name: "karpenter", text: include_str!("karpenter.tabi") },
    Module { name: "kong", text: include_str!("kong.tabi") },
    Module { name: "kubernetes", text: include_str!("kubernetes.tabi") },
    Module { name: "on_call", text: include_str!("on_call.tabi") },
    Module { name: "otel", text: include_str!("otel.tabi") },
    Module { name: "probe", text: include_str!("probe.tabi") },
    Module { name: "prometheus", text: include_str!("prometheus.tabi") },
    Module { name: "registry", text: include_str!("registry.tabi") },
    Module { name: "spring", text: include_str!("spring.tabi") },
    Module { name: "tekton", text: include_str!("tekton.tabi") },
    Module { name: "traefik", text: include_str!("traefik.tabi") },
];

/// The module of a name.
pub fn find(name: &str) -> Option<&'static Module> {
    ALL.iter().find(|m| m.name == name)
}

/// The names of a module's templates, in its order.
pub fn templates(module: &'static Module) -> Vec<&'static str> {
    let declared = module.text.lines().filter_map(|line| line.strip_prefix("template ")?.split('(').next());
    declared.collect()
}

/// The modules that have a template of that name.
pub fn with_template(name: &str) -> Vec<&'static str> {
    ALL.iter().filter(|module| templates(module).contains(&name)).map(|module| module.name).collect()
}
