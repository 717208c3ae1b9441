//! Mounts: the page, a figure in a frame, and any number of figures in other pages. All mounts of a document share one pool.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use leptos::mount::mount_to;
use leptos::prelude::*;
use shuffle_engine::Scenario;
use shuffle_engine::scenario::InvalidScenario;
use shuffle_engine::scenario::json;
use shuffle_engine::scenario::link::{Instead, Repair};
use shuffle_view::charts::guess::Guess;
use shuffle_view::condition::Condition;
use shuffle_view::demand::Needs;
use shuffle_view::parts::Parts;
use shuffle_view::permalink::{self, Link, Theme, View};
use shuffle_view::quantities::{Evidence, Quantity, Unit};
use shuffle_view::state::{Measurement, Notice};
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};
use wasm_bindgen_futures::{future_to_promise, spawn_local};
use web_sys::{Element, HtmlElement};

use super::lab::{Lab, Room, memo};
use super::{dom, page, tools};
use crate::browser::sight::Sight;
use crate::browser::{Pool, location};
use crate::session::{Session, Start, Told, install_script_interface, script};
use shuffle_view::words;

thread_local! {
    static POOL: Pool = Pool::new();
    /// How many figures have been mounted: each has a number of its own for its ids.
    static FIGURES: Cell<u32> = const { Cell::new(0) };
}

/// Something that stands in a document, until it is taken out.
struct Mount {
    session: Session,
    /// What the session's signals belong to.
    owner: Owner,
    /// What is visible goes when this is dropped.
    view: Box<dyn Any>,
    sight: Sight,
}

impl Mount {
    /// Puts `body` into a place, in place of what stood there.
    fn new<V: IntoView + 'static>(
        place: &HtmlElement,
        start: Start,
        body: impl FnOnce(Session) -> V + 'static,
    ) -> Self {
        let owner = Owner::new();
        let session = owner.with(|| Session::new(start));
        place.set_inner_html("");
        let view = Box::new(mount_to(place.clone(), move || body(session)));
        let sight = Sight::of(place, move |is_seen| session.see(is_seen));
        Mount { session, owner, view, sight }
    }

    /// Takes it out. What it was doing ends first: its state must not go while something writes to it.
    fn end(self) {
        let Mount { session, owner, view, sight } = self;
        drop(sight);
        drop(view);
        spawn_local(async move {
            session.end().await;
            drop(owner);
        });
    }
}

/// Opens the page, or the figure that its link asks for, in the document that it has for itself; says whether it is a figure.
/// The link is the address's query or, where it has none, what was `saved` in the document: a text, `undefined` where nothing
/// was, `null` where it cannot be read. `source` gives a promise of the page as one file; `desk` loads
/// what few use and asks it for something.
#[wasm_bindgen]
pub fn open_page(place: HtmlElement, saved: JsValue, source: Function, desk: Option<Function>) -> bool {
    let asked = location::query_string();
    let saved_query = saved.as_string().filter(|_| asked.is_empty());
    let (Link { scenario, view, parts }, mut repairs) =
        permalink::decode(saved_query.as_deref().unwrap_or(&asked));
    let mut notices = Vec::new();
    if saved.is_null() {
        notices.push(words::link::SAVED_UNREADABLE.to_owned());
    }
    if saved_query.is_some() {
        notices.extend(repairs.drain(..).map(|repair| permalink::note_on(words::link::SAVED_FILE, &repair)));
    }
    dom::keep_source(source);
    tools::keep_desk(desk);
    let needs = Needs::of(&parts, view);
    let start = Start { scenario, repairs, pool: pool(), needs, tell: Rc::new(|_| {}) };
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    let mount = Mount::new(&place, start, move |session| {
        for text in notices {
            session.notice(Notice { field: None, text });
        }
        let room = if view.embed { Room::Figure } else { Room::Page };
        let lab = Lab::new(session, room, "", parts, RwSignal::new(view));
        if let Some(root) = &root {
            keep_theme(lab, root.clone());
        }
        install_script_interface(session);
        if view.embed {
            if let Some(root) = &root {
                dom::set_attribute(root, "class", Some("lab-root embedded"));
            }
            page::figure(lab, true).into_any()
        } else {
            lab.keep_address();
            keep_needs(lab);
            page::page(lab).into_any()
        }
    });
    // It stands for as long as the document does.
    std::mem::forget(mount);
    view.embed
}

/// The attributes of a figure: first what it runs, then how it shows it.
const ATTRIBUTES: [&str; 6] = ["query", "controls", "views", "theme", "guess", "condition"];

/// A figure in somebody else's page. What JavaScript does with it is in `widget/embed.js`.
#[wasm_bindgen]
pub struct Figure {
    mount: RefCell<Option<Mount>>,
    lab: Lab,
    tell: Function,
    /// What the page around wants to be told of.
    task: Rc<RefCell<Option<Condition>>>,
    /// What was said of each attribute or property, until it has another value.
    said: RefCell<BTreeMap<&'static str, Vec<String>>>,
}

#[wasm_bindgen]
impl Figure {
    /// Mounts a figure in a place. `attributes` may have the texts that
    /// `ATTRIBUTES` names; `tell` is called
    /// with the name of an event and its detail.
    #[wasm_bindgen(constructor)]
    pub fn new(place: HtmlElement, attributes: &Object, tell: Function) -> Figure {
        let text = |name: &str| Reflect::get(attributes, &name.into()).ok().and_then(|text| text.as_string());
        let (Link { scenario, view, parts }, repairs) = read_query(&text("query").unwrap_or_default());
        let needs = Needs::of(&parts, view);
        let told = tell.clone();
        let task: Rc<RefCell<Option<Condition>>> = Rc::default();
        let condition = task.clone();
        let tell_session = Rc::new(move |what: Told<'_>| {
            pass_on(&told, what);
            if let Told::Ran(run) = what {
                tell_task(&told, &condition, run);
            }
        });
        let start = Start { scenario, repairs: Vec::new(), pool: pool(), needs, tell: tell_session };
        let number = FIGURES.replace(FIGURES.get() + 1);
        let made: Rc<RefCell<Option<Lab>>> = Rc::default();
        let lab = made.clone();
        let root: Element = place.clone().into();
        let mount = Mount::new(&place, start, move |session| {
            let lab = Lab::new(session, Room::Figure, &format!("lab{number}-"), parts, RwSignal::new(view));
            keep_theme(lab, root);
            keep_needs(lab);
            made.replace(Some(lab));
            page::figure(lab, false)
        });
        let lab = lab.take().expect("a mount calls its body at once");
        let figure = Figure { mount: RefCell::new(Some(mount)), lab, tell, task, said: RefCell::default() };
        figure.say_repairs("query", &repairs);
        for name in &ATTRIBUTES[1..] {
            if let Some(value) = text(name) {
                figure.set(name, Some(value));
            }
        }
        figure
    }

    /// Sets an attribute, or takes it away. What cannot be used is said in the figure and told to its page; the rest stays.
    pub fn set(&self, name: &str, value: Option<String>) {
        let usual = Parts::default();
        let Some(name) = ATTRIBUTES.into_iter().find(|known| *known == name) else {
            // The element tells only of these.
            return;
        };
        self.forget(name);
        let outcome = match name {
            "query" => {
                self.forget("scenario");
                let (link, repairs) = read_query(&value.unwrap_or_default());
                self.say_repairs("query", &repairs);
                self.lab.parts.set(link.parts);
                self.lab.view.set(link.view);
                self.begin_with(link.scenario);
                return;
            }
            "controls" => {
                let mut controls = usual.controls;
                let read = value.map_or(Ok(()), |value| permalink::list(&value, &mut controls));
                self.lab.parts.update(|parts| parts.controls = controls);
                read
            }
            "views" => {
                let mut views = usual.views;
                let read = value.map_or(Ok(()), |value| permalink::list(&value, &mut views));
                self.lab.parts.update(|parts| parts.views = views);
                read
            }
            "guess" => {
                let read = value.as_deref().map(Guess::read).transpose();
                self.lab.guess.set(read.unwrap_or(None));
                read.map(drop).map_err(|wrong| passed_over("guess", &wrong))
            }
            "condition" => {
                let read = value.as_deref().map(Condition::new).transpose();
                let outcome = read.as_ref().map(drop).map_err(|wrong| passed_over("condition", wrong));
                self.task.replace(read.unwrap_or(None));
                self.lab.state.with_untracked(|state| {
                    if let Some(run) = state.run.as_ref().filter(|_| state.is_current()) {
                        tell_task(&self.tell, &self.task, run);
                    }
                });
                outcome
            }
            _ => {
                let (theme, read) = permalink::theme(value.as_deref());
                self.lab.look(|view| view.theme = theme);
                read
            }
        };
        if let Err(repair) = outcome {
            self.say(name, &repair.wrong.field, permalink::note_on(words::link::FIGURE, &repair));
        }
    }

    /// What the controls show, as an object.
    #[wasm_bindgen(getter)]
    pub fn scenario(&self) -> JsValue {
        let text = json::encode(&self.lab.scenario.get_untracked());
        js_sys::JSON::parse(&text).unwrap_or(JsValue::UNDEFINED)
    }

    /// Runs another scenario: an object, its JSON, or a link. One that cannot run is said in the figure and told to its page;
    /// the last result stays.
    #[wasm_bindgen(setter)]
    pub fn set_scenario(&self, scenario: JsValue) {
        self.forget("scenario");
        match script::read_scenario(&scenario) {
            Ok(scenario) => self.begin_with(scenario),
            Err(InvalidScenario { field, reason }) => {
                let is_whole = field == "scenario" || field == "link";
                let told = if is_whole {
                    words::link::scenario_wrong(&reason)
                } else {
                    words::link::scenario_wrong_part(&field, &reason)
                };
                self.say("scenario", &field, told);
            }
        }
    }

    /// Runs the scenario at once, in sight or not: a promise of the report.
    pub fn run(&self) -> Promise {
        let (session, scenario) = (self.lab.session, self.lab.scenario.get_untracked());
        future_to_promise(async move {
            let run = session.run_for_script(scenario).await.map_err(|error| script::js_error(&error))?;
            script::plain_object(&run.report, &run.notes)
        })
    }

    /// A number of the last run by its name, as conditions write it; `undefined` where the run has none.
    ///
    /// # Errors
    /// No report has a number of this name.
    pub fn value(&self, name: &str) -> Result<Option<f64>, JsError> {
        let quantity = Quantity::new(name).map_err(JsError::from)?;
        let read = |run: &Measurement| quantity.read(evidence(run));
        Ok(self.lab.state.with_untracked(|state| state.run.as_ref().and_then(read)))
    }

    /// A number as the figure writes it, in the unit of this name; `undefined` where there is no such unit.
    pub fn words(&self, value: f64, unit: &str) -> Option<String> {
        Unit::from_word(unit).map(|unit| unit.words(value))
    }

    /// Ends its runs and takes it out of the page.
    pub fn end(&self) {
        if let Some(mount) = self.mount.take() {
            mount.end();
        }
    }
}

impl Figure {
    /// Changes the scenario from outside: to this one a reader comes back, too.
    fn begin_with(&self, scenario: Scenario) {
        self.lab.start.set(scenario.clone());
        self.lab.session.change(scenario);
    }

    fn say_repairs(&self, subject: &'static str, repairs: &[Repair]) {
        for repair in repairs {
            self.say(subject, &repair.wrong.field, permalink::note_on(subject, repair));
        }
    }

    /// Takes away what was said of an attribute or property that has another value now.
    fn forget(&self, of: &'static str) {
        let texts = self.said.borrow_mut().remove(of).unwrap_or_default();
        self.lab.session.forget(texts);
    }

    /// Tells the reader and the page around.
    fn say(&self, of: &'static str, field: &str, text: String) {
        self.said.borrow_mut().entry(of).or_default().push(text.clone());
        tell_error(&self.tell, Some(field), &text);
        self.lab.session.notice(Notice { field: Some(field.to_owned()), text });
    }
}

fn pool() -> Pool {
    POOL.with(Clone::clone)
}

/// A figure's query: a link, with or without its `embed=1`. Without any it is the default.
fn read_query(query: &str) -> (Link, Vec<Repair>) {
    let query = query.trim();
    if query.is_empty() || query == "?" {
        let view = View { embed: true, ..View::default() };
        return (Link { parts: Parts::default(), view, ..Link::default() }, Vec::new());
    }
    let (mut link, repairs) = permalink::decode(query);
    if !link.view.embed {
        link.parts = Parts::default();
        link.view.embed = true;
    }
    (link, repairs)
}

/// Lets the colours of the element that all is in follow the choice.
fn keep_theme(lab: Lab, root: Element) {
    let root = StoredValue::new_local(root);
    let theme = memo(move || lab.view.with(|view| view.theme));
    Effect::new(move |_| {
        let theme = theme.get();
        let word = (theme != Theme::Auto).then(|| permalink::Choice::word(theme));
        root.with_value(|root| dom::set_attribute(root, "data-theme", word));
    });
}

/// Lets the runs follow what is shown of them.
fn keep_needs(lab: Lab) {
    let needs = memo(move || Needs::of(&lab.parts.read(), lab.view.get()));
    Effect::new(move |_| lab.session.need(needs.get()));
}

fn pass_on(tell: &Function, what: Told<'_>) {
    match what {
        Told::Ran(run) => {
            // A report that cannot be written has no reader.
            if let Ok(report) = script::plain_object(&run.report, &run.notes) {
                call(tell, "result", &report);
            }
        }
        Told::Failed(error) => tell_error(tell, None, &error.to_string()),
        Told::Wrong(InvalidScenario { field, reason }) => {
            tell_error(tell, Some(field), &format!("{field} {reason}"));
        }
    }
}

fn evidence(run: &Measurement) -> Evidence<'_> {
    Evidence { scenario: &run.scenario, report: &run.report }
}

/// Says that a run has made the condition true.
fn tell_task(tell: &Function, task: &RefCell<Option<Condition>>, run: &Measurement) {
    if task.borrow().as_ref().is_some_and(|condition| condition.holds(evidence(run))) {
        call(tell, "task", &JsValue::UNDEFINED);
    }
}

fn passed_over(field: &str, wrong: &dyn std::fmt::Display) -> Repair {
    Repair { wrong: InvalidScenario::new(field, wrong.to_string()), instead: Instead::Nothing }
}

fn tell_error(tell: &Function, field: Option<&str>, message: &str) {
    let detail = Object::new();
    script::set(&detail, "field", &field.map_or(JsValue::NULL, JsValue::from_str));
    script::set(&detail, "message", &message.into());
    call(tell, "error", &detail);
}

fn call(tell: &Function, event: &str, detail: &JsValue) {
    // What the page's own listener throws is the page's own.
    let _ = tell.call2(&JsValue::UNDEFINED, &event.into(), detail);
}
