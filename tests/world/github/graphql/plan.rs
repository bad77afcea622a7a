//! A checked query with its variables, made into steps: which field of which object comes next and what answers it.
//!
//! Fragments are merged, directives obeyed and arguments filled in once for the whole query, so that going over a
//! hundred repositories costs one function call a field. What it will cost is known from the same steps.

use apollo_compiler::ast::Value as Literal;
use apollo_compiler::executable::{Field, Selection as Selected, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value};

use super::error::Trouble;
use super::fields::{self, Resolver};
use super::kind::Kind;
use super::schema::{self, Document};

/// What to answer about an object of one kind.
pub(super) struct Selection(pub(super) Vec<Step>);

/// One field to answer.
pub(super) struct Step {
    /// The name in the answer.
    pub(super) key: String,
    pub(super) at: (usize, usize),
    pub(super) resolver: Resolver,
    pub(super) arguments: Arguments,
    /// What to answer about the objects it leads to, by their kind.
    pub(super) below: Vec<(Kind, Selection)>,
    /// How many objects it leads to at most, where it is a connection (`Some`) or a list of nodes asked for.
    pub(super) connection: bool,
    pub(super) at_most: u64,
}

/// Arguments with their variables filled in.
#[derive(Default)]
pub(super) struct Arguments(Map<String, Value>);

impl Arguments {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    pub(super) fn list(&self, name: &str) -> &[Value] {
        self.0.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// `orderBy`: its field, and whether it descends.
    pub(super) fn order(&self) -> Option<(&str, bool)> {
        let order = self.0.get("orderBy")?;
        Some((order["field"].as_str()?, order["direction"] == "DESC"))
    }
}

/// Makes the plan of an operation's root.
pub(super) fn plan(
    document: &Document,
    root: &SelectionSet,
    variables: &Map<String, Value>,
) -> Result<Selection, Trouble> {
    Planner { document, variables }.select(Kind::Query, &[root])
}

struct Planner<'a> {
    document: &'a Document,
    variables: &'a Map<String, Value>,
}

impl<'a> Planner<'a> {
    fn select(&self, kind: Kind, sets: &[&'a SelectionSet]) -> Result<Selection, Trouble> {
        let mut groups: Vec<(&str, Vec<&'a Field>)> = Vec::new();
        for set in sets {
            self.collect(kind, set, &mut groups);
        }
        groups
            .into_iter()
            .map(|(key, fields)| self.step(kind, key, &fields))
            .collect::<Result<_, _>>()
            .map(Selection)
    }

    /// The fields that count for an object of this kind, those with the same name in the answer together.
    fn collect(&self, kind: Kind, set: &'a SelectionSet, groups: &mut Vec<(&'a str, Vec<&'a Field>)>) {
        for selected in &set.selections {
            if !self.wanted(selected) {
                continue;
            }
            match selected {
                Selected::Field(field) => {
                    let key = field.response_key().as_str();
                    match groups.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, fields)) => fields.push(field),
                        None => groups.push((key, vec![field])),
                    }
                }
                Selected::InlineFragment(fragment) => {
                    let fits =
                        fragment.type_condition.as_ref().is_none_or(|asked| schema::is_a(kind.name(), asked));
                    if fits {
                        self.collect(kind, &fragment.selection_set, groups);
                    }
                }
                Selected::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(self.document)
                        && schema::is_a(kind.name(), fragment.type_condition())
                    {
                        self.collect(kind, &fragment.selection_set, groups);
                    }
                }
            }
        }
    }

    /// What `@skip` and `@include` say.
    fn wanted(&self, selected: &Selected) -> bool {
        let says = |name: &str| {
            let directive = selected.directives().get(name)?;
            let value = directive.arguments.iter().find(|argument| argument.name == "if")?;
            self.fill(&value.value).as_bool()
        };
        says("skip") != Some(true) && says("include") != Some(false)
    }

    fn step(&self, kind: Kind, key: &str, fields: &[&'a Field]) -> Result<Step, Trouble> {
        let field = fields[0];
        let name = field.name.as_str();
        let range = field.name.line_column_range(&self.document.sources);
        let at = range.map_or((1, 1), |range| (range.start.line, range.start.column));
        let resolver =
            fields::resolver(kind, name).ok_or_else(|| Trouble::not_answered(kind.name(), name, at))?;
        let arguments = field.arguments.iter().filter_map(|argument| {
            let value = self.fill(&argument.value);
            (!value.is_null()).then(|| (argument.name.to_string(), value))
        });
        let arguments = Arguments(arguments.collect());
        let leads_to = field.ty().inner_named_type();
        let connection =
            leads_to.ends_with("Connection") && field.definition.argument_by_name("first").is_some();
        let at_most = if connection {
            bounds(name, &arguments, at)?
        } else if kind == Kind::Query && name == "nodes" {
            let asked = arguments.list("ids").len() as u64;
            if asked > 100 {
                return Err(Trouble::too_many_ids(asked, at));
            }
            asked
        } else {
            1
        };
        let sets: Vec<&SelectionSet> = fields.iter().map(|field| &field.selection_set).collect();
        let below = match schema::schema().types.get(leads_to) {
            Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                Kind::all()
                    .filter(|kind| {
                        schema::is_a(kind.name(), leads_to) && (leads_to != "Node" || kind.has_global_id())
                    })
                    .map(|kind| Ok((kind, self.select(kind, &sets)?)))
                    .collect::<Result<_, _>>()?
            }
            _ => Vec::new(),
        };
        Ok(Step { key: key.to_owned(), at, resolver, arguments, below, connection, at_most })
    }

    /// A literal with its variables filled in.
    fn fill(&self, literal: &Literal) -> Value {
        match literal {
            Literal::Null => Value::Null,
            Literal::Enum(name) => Value::from(name.as_str()),
            Literal::Variable(name) => self.variables.get(name.as_str()).cloned().unwrap_or(Value::Null),
            Literal::String(text) => Value::from(text.as_str()),
            Literal::Float(number) => number.try_to_f64().map_or(Value::Null, Value::from),
            Literal::Int(number) => number.try_to_i32().map_or(Value::Null, Value::from),
            Literal::Boolean(flag) => Value::from(*flag),
            Literal::List(list) => list.iter().map(|literal| self.fill(literal)).collect(),
            Literal::Object(fields) => {
                fields.iter().map(|(name, literal)| (name.to_string(), self.fill(literal))).collect()
            }
        }
    }
}

/// How many of a connection are asked for. GitHub insists on a bound, which its schema does not say.
fn bounds(name: &str, arguments: &Arguments, at: (usize, usize)) -> Result<u64, Trouble> {
    let (first, last) = (arguments.number("first"), arguments.number("last"));
    let (word, asked) = match (first, last) {
        (None, None) => return Err(Trouble::no_bounds(name, at)),
        (Some(_), Some(_)) => return Err(Trouble::both_bounds(name, at)),
        (Some(first), None) => ("first", first),
        (None, Some(last)) => ("last", last),
    };
    match u64::try_from(asked) {
        Err(_) => Err(Trouble::below_zero(name, word, at)),
        Ok(asked) if asked > 100 => Err(Trouble::beyond_hundred(name, word, asked, at)),
        Ok(asked) => Ok(asked),
    }
}
