//! What a worker runs before the module is there: the page's own glue, put into the script itself.
//!
//! Loading the glue takes a worker longer than anything else it does before it is ready, and every worker would load it anew.
//! The page reads it once instead, and takes from it what makes it a module. Where it cannot (a glue of another form),
//! workers import the glue from where the page has it.

/// The common part. `initSync` runs `main` again, which returns at once in a worker.
const BOOT: &str = r#"
const fatal = (reason) => self.postMessage({ fatal: String(reason && reason.stack || reason) });
self.addEventListener("unhandledrejection", (event) => fatal(event.reason));
self.onmessage = async ({ data: { glue, module, id, keepsScans } }) => {
  self.onmessage = null;
  try {
    const bindings = await load(glue);
    bindings.initSync({ module });
    bindings.worker_main(id, keepsScans);
  } catch (error) {
    fatal(error);
  }
};
"#;

/// The script that imports the glue.
pub fn importing() -> String {
    format!("const load = (glue) => import(glue);{BOOT}")
}

/// The script with the glue in it; `None` when the glue has a form that is not known here.
pub fn inlining(glue: &str, glue_url: &str) -> Option<String> {
    let body = without_module_syntax(glue)?.replace("import.meta.url", &quoted(glue_url));
    let is_whole = ["function initSync(", "function worker_main("].iter().all(|name| body.contains(name));
    // What is left would be a module's, and a script with it does not even parse.
    let is_script = !body.contains("import.meta") && !body.contains("import(");
    (is_whole && is_script).then(|| {
        format!(
            "const load = () => {{\n\"use strict\";\n{body}\nreturn {{ initSync, worker_main }};\n}};{BOOT}"
        )
    })
}

/// `export` off declarations, and lists of exports away.
fn without_module_syntax(glue: &str) -> Option<String> {
    let mut script = String::with_capacity(glue.len());
    for line in glue.lines() {
        let line = match line.strip_prefix("export ") {
            Some(list) if list.starts_with('{') && list.ends_with("};") => "",
            Some(declared)
                if ["function ", "class ", "async "].iter().any(|word| declared.starts_with(word)) =>
            {
                declared
            }
            Some(_) => return None,
            None if line.starts_with("import ") => return None,
            None => line,
        };
        script.push_str(line);
        script.push('\n');
    }
    Some(script)
}

/// An address as a JavaScript text.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], ""))
}

#[cfg(test)]
mod tests {
    use super::inlining;

    const GLUE: &str = "export class Stream {\n    a() {}\n}\nexport function worker_main(id) {\n}\nlet wasm;\n\
                        const at = () => import.meta.url;\nfunction initSync(module) {\n}\n\
                        export { initSync, __wbg_init as default };\n";

    #[test]
    fn a_glue_becomes_a_script() {
        let script = inlining(GLUE, "http://a/\"b\".js").expect("the form is known");
        assert!(!script.contains("export"), "{script}");
        assert!(script.contains(r#"const at = () => "http://a/\"b\".js";"#), "{script}");
        assert!(script.contains("return { initSync, worker_main };"), "{script}");
    }

    #[test]
    fn an_unknown_form_is_imported_instead() {
        for strange in ["import x from './y.js';\n", "export default 1;\n", "const z = import('./y.js');\n"] {
            assert_eq!(inlining(&format!("{strange}{GLUE}"), "g.js"), None, "{strange}");
        }
        assert_eq!(inlining("export function initSync(module) {}\n", "g.js"), None);
    }
}
