//! Makes the description of the questions for programs from the questions and the types of the answer themselves. It
//! changes only with them and with the version of the project, and whoever builds the program would wait ten seconds for
//! what makes it: it lies beside this as a file, which is served, and which is compared with what is made here.

use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, OpenApiBuilder, PathsBuilder, Ref, RefOr,
    Required, ResponseBuilder,
};
use whimbrel_lookup::{Answer, By, Form, Opt, OptKind, Question};

/// When it is set, the file is written anew instead of being compared.
const WRITE: &str = "WHIMBREL_WRITE_DESCRIPTION";

#[test]
fn the_description_that_is_served_is_that_of_the_types() {
    let made = make() + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/api/openapi.json"), &made).unwrap();
    } else if super::DESCRIPTION != made {
        panic!("write it anew: {WRITE}=1 cargo test -p whimbrel-web description_that_is_served");
    }
}

fn make() -> String {
    let mut schemas = vec![(Answer::name().into_owned(), <Answer as utoipa::PartialSchema>::schema())];
    Answer::schemas(&mut schemas);
    schemas.push(("Error".to_owned(), error()));
    schemas.push(("Names".to_owned(), names()));
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).build();
    let any = operation("ask", "A question as it is typed in chats").parameter(parameter(
        "q",
        "The question, such as `/top awesome-go by growth 10`; words are looked for",
        text_schema(),
        true,
    ));
    let paths = PathsBuilder::new().path("/api/ask", PathItem::new(HttpMethod::Get, with_usual(any)));
    let paths = Question::forms().iter().fold(paths, |paths, form| {
        paths.path(format!("/api/{}", form.name), PathItem::new(HttpMethod::Get, of(form)))
    });
    let paths = paths.path("/api/complete", PathItem::new(HttpMethod::Get, complete()));
    let info = InfoBuilder::new().title("Whimbrel").version(env!("CARGO_PKG_VERSION")).description(Some(
        "Questions about the catalogs that are followed and the projects they list, and their answers.",
    ));
    let description =
        OpenApiBuilder::new().info(info.build()).paths(paths.build()).components(Some(components)).build();
    description.to_pretty_json().unwrap()
}

fn of(form: &Form) -> OperationBuilder {
    let operation = form.options.iter().fold(operation(form.name, form.description), |operation, option| {
        operation.parameter(parameter(option.name, option.description, schema(option), option.required))
    });
    with_usual(operation)
}

fn operation(name: &str, summary: &str) -> OperationBuilder {
    let json = |schema: &str| ContentBuilder::new().schema(Some(Ref::from_schema_name(schema))).build();
    let response = |description: &str, schema: &str| {
        ResponseBuilder::new().description(description).content("application/json", json(schema)).build()
    };
    OperationBuilder::new()
        .operation_id(Some(name))
        .summary(Some(summary))
        .response("200", response("The answer", "Answer"))
        .response(
            "404",
            response("What was named is not known; hints say what may have been meant", "Answer"),
        )
        .response("400", response("The question cannot be understood", "Error"))
        .response(
            "429",
            response("Too many questions from this address; Retry-After says when to ask again", "Error"),
        )
        .response("503", response("Too much is being asked just now", "Error"))
}

/// Names while somebody types: no question, and answered in a form of its own.
fn complete() -> OperationBuilder {
    let json = ContentBuilder::new().schema(Some(Ref::from_schema_name("Names"))).build();
    let found = ResponseBuilder::new().description("The best names, at most eight");
    OperationBuilder::new()
        .operation_id(Some("complete"))
        .summary(Some("Names that begin so, while somebody types"))
        .response("200", found.content("application/json", json).build())
        .parameter(parameter("q", "What was typed so far", text_schema(), true))
}

fn names() -> RefOr<Schema> {
    let part = |description: &str| {
        ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(description))
    };
    let name = ObjectBuilder::new()
        .property("name", part("The name"))
        .property("what", part("What has it: catalog, section, entry or project"))
        .property("page", part("The address of the page about it"))
        .required("name")
        .required("what")
        .required("page");
    let list = utoipa::openapi::schema::ArrayBuilder::new().items(name);
    ObjectBuilder::new().property("names", list).required("names").into()
}

/// What every question takes.
fn with_usual(operation: OperationBuilder) -> OperationBuilder {
    let number = || integer(100.0);
    operation
        .parameter(parameter("page", "The page of a longer answer, from 1", number(), false))
        .parameter(parameter("size", "Items on a page, usually 20", number(), false))
        .parameter(parameter(
            "zone",
            "The time zone days are counted in, such as Europe/Berlin; usually UTC",
            text_schema(),
            false,
        ))
}

fn parameter(name: &str, description: &str, schema: RefOr<Schema>, required: bool) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .description(Some(description))
        .required(if required { Required::True } else { Required::False })
        .schema(Some(schema))
        .build()
}

fn schema(option: &Opt) -> RefOr<Schema> {
    match option.kind {
        OptKind::Count => integer(f64::from(Question::MOST_RANKS)),
        OptKind::Measure => {
            let names = By::ALL.map(By::as_str);
            ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(names)).into()
        }
        _ => text_schema(),
    }
}

fn integer(most: f64) -> RefOr<Schema> {
    let number = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
    number.minimum(Some(1.0)).maximum(Some(most)).into()
}

fn text_schema() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).into()
}

/// What is said instead of an answer.
fn error() -> RefOr<Schema> {
    let inner = ObjectBuilder::new()
        .property("status", ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer)))
        .required("status")
        .property("message", ObjectBuilder::new().schema_type(SchemaType::new(Type::String)))
        .required("message");
    ObjectBuilder::new().property("error", inner).required("error").into()
}
