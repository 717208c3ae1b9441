//! What a worker runs before the module is there: the page's own glue, put into the script itself.
//!
//! Loading the glue takes a worker longer than anything else it does before it is ready, and every worker would load it anew.
//! The page reads it once instead, and takes from it what makes it a module. Where it cannot (a glue of another form),
//! workers import the glue from where the page has it.

/// The common part. `initSync` runs `main` again, which returns at once in a worker.
const BOOT: &str = r#"
const fatal = (reason) => self.postMessage({ fatal: String(reason) });
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
    Some(calling(&as_function(glue, glue_url)?))
}

/// The script that calls a function for the glue's exports.
pub fn calling(function: &str) -> String {
    format!("const load = {function};{BOOT}")
}

/// The glue as a function that gives its exports; `None` when it has a form that is not known here. The build of figures in
/// one file uses it, too.
pub fn as_function(glue: &str, glue_url: &str) -> Option<String> {
    let (body, exports) = without_module_syntax(glue)?;
    let body = body.replace("import.meta.url", &quoted(glue_url));
    let is_whole = ["initSync", "worker_main"].iter().all(|name| exports.iter().any(|export| export == name));
    // What is left would be a module's, and a script with it does not even parse.
    let is_script = !body.contains("import.meta") && !body.contains("import(");
    let exports = exports.join(", ");
    (is_whole && is_script).then(|| format!("() => {{\n\"use strict\";\n{body}\nreturn {{ {exports} }};\n}}"))
}

/// `export` off declarations and lists of exports away, and the names that were exported.
fn without_module_syntax(glue: &str) -> Option<(String, Vec<String>)> {
    let mut script = String::with_capacity(glue.len());
    let mut exports = Vec::new();
    for line in glue.lines() {
        let line = match line.strip_prefix("export ") {
            Some(list) if list.starts_with('{') && list.ends_with("};") => {
                let names = list.trim_matches(['{', '}', ';']).split(',').map(str::trim);
                exports
                    .extend(names.filter(|name| !name.contains(' ') && !name.is_empty()).map(str::to_owned));
                ""
            }
            Some(declared) => {
                let named = ["async function ", "function ", "class "]
                    .iter()
                    .find_map(|word| declared.strip_prefix(word))?;
                let is_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                exports.push(named.split(|c| !is_of_name(c)).next()?.to_owned());
                declared
            }
            None if line.starts_with("import ") => return None,
            None => line,
        };
        script.push_str(line);
        script.push('\n');
    }
    Some((script, exports))
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
        assert!(script.contains("return { Stream, worker_main, initSync };"), "{script}");
    }

    #[test]
    fn an_unknown_form_is_imported_instead() {
        for strange in ["import x from './y.js';\n", "export default 1;\n", "const z = import('./y.js');\n"] {
            assert_eq!(inlining(&format!("{strange}{GLUE}"), "g.js"), None, "{strange}");
        }
        assert_eq!(inlining("export function initSync(module) {}\n", "g.js"), None);
    }
}
