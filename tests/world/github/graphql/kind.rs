//! The kinds of objects that can be answered about.

macro_rules! kinds {
    ($($name:ident),* $(,)?) => {
        /// A concrete type of GitHub's schema that the stand-in knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind { $(#[allow(missing_docs)] $name),* }

        impl Kind {
            /// Its name in the schema.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// All of them.
            pub(super) fn all() -> impl Iterator<Item = Self> {
                [$(Self::$name),*].into_iter()
            }
        }
    };
}

kinds![
    Query,
    RateLimit,
    Repository,
    User,
    Organization,
    Language,
    License,
    RepositoryTopicConnection,
    RepositoryTopic,
    Topic,
    StargazerConnection,
    ReleaseConnection,
    ReleaseEdge,
    Release,
    RefConnection,
    RefEdge,
    Ref,
    PageInfo,
    Commit,
    Tag,
    Blob,
    Tree,
    TreeEntry,
    GitActor,
];

impl Kind {
    /// Whether its objects can be asked for by their ids.
    pub(super) fn has_global_id(self) -> bool {
        matches!(self, Self::Repository | Self::Release | Self::User | Self::Organization)
    }
}
