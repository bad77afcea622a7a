//! What each command does, in the languages menus are shown in. Answers are in English.

/// A language menus are shown in, beside English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its code (ISO 639-1), as people's programs tell it.
    pub code: &'static str,
    /// Names of commands and questions, and what each does: 3 to 100 characters.
    descriptions: &'static [(&'static str, &'static str)],
}

impl Language {
    /// Every language but English.
    pub const ALL: [Self; 3] = [
        Self { code: "de", descriptions: &GERMAN },
        Self { code: "es", descriptions: &SPANISH },
        Self { code: "fr", descriptions: &FRENCH },
    ];

    /// What a command or question of this name does, in this language.
    pub fn describes(self, name: &str) -> Option<&'static str> {
        self.descriptions.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }
}

const GERMAN: [(&str, &str); 24] = [
    ("find", "Wörter in Namen und Beschreibungen suchen"),
    ("show", "Alles über ein Projekt"),
    ("top", "Die Besten nach Sternen, Forks, Wachstum oder Aktivität"),
    ("new", "Neue Einträge"),
    ("releases", "Veröffentlichungen eines Katalogs oder eines Projekts"),
    ("movers", "Wer gestiegen und gefallen ist, wer Sterne gewonnen hat"),
    ("compare", "Projekte nebeneinander"),
    ("history", "Was mit einem Projekt geschehen ist"),
    ("catalogs", "Was verfolgt wird"),
    ("random", "Irgendein Projekt"),
    ("feed", "Der Feed, der eine Frage weiter beantwortet"),
    ("suggest", "Einen Katalog vorschlagen"),
    ("start", "Was Whimbrel tut, und der Weg zum ersten Abonnement"),
    ("subscribe", "Neuigkeiten hier bekommen: mit Knöpfen wählen oder schreiben"),
    ("unsubscribe", "Ein Abonnement beenden"),
    ("subscriptions", "Was hier abonniert ist"),
    ("pause", "Eine Weile Ruhe; was geschieht, wird aufgehoben"),
    ("resume", "Ende der Ruhe; Aufgehobenes kommt als eine Übersicht"),
    ("digest", "Sehen, was die nächste Übersicht jetzt sagen würde"),
    ("settings", "Rhythmus, Zeitzone und Ruhezeiten"),
    ("why", "Warum etwas hier gemeldet wurde, oder nicht"),
    ("status", "Wie aktuell alles ist"),
    ("forget", "Alles löschen, was über diesen Chat bekannt ist"),
    ("help", "Was man fragen kann"),
];

const SPANISH: [(&str, &str); 24] = [
    ("find", "Buscar palabras en nombres y descripciones"),
    ("show", "Todo sobre un proyecto"),
    ("top", "Los mejores por estrellas, forks, crecimiento o actividad"),
    ("new", "Entradas nuevas"),
    ("releases", "Versiones de un catálogo o de un proyecto"),
    ("movers", "Quién subió, quién bajó y quién ganó estrellas"),
    ("compare", "Proyectos uno al lado del otro"),
    ("history", "Qué le ha pasado a un proyecto"),
    ("catalogs", "Qué se sigue"),
    ("random", "Un proyecto cualquiera"),
    ("feed", "El feed que sigue respondiendo a una pregunta"),
    ("suggest", "Proponer un catálogo"),
    ("start", "Qué hace Whimbrel y cómo empezar una suscripción"),
    ("subscribe", "Recibir novedades aquí: con botones o por escrito"),
    ("unsubscribe", "Terminar una suscripción"),
    ("subscriptions", "A qué está suscrito este chat"),
    ("pause", "Silencio por un tiempo; las novedades se guardan"),
    ("resume", "Fin del silencio; lo guardado llega en un resumen"),
    ("digest", "Ver qué diría ahora el próximo resumen"),
    ("settings", "Ritmo, zona horaria y horas de silencio"),
    ("why", "Por qué algo se anunció aquí, o no"),
    ("status", "Lo actualizado que está todo"),
    ("forget", "Borrar todo lo que se sabe de este chat"),
    ("help", "Qué se puede preguntar"),
];

const FRENCH: [(&str, &str); 24] = [
    ("find", "Chercher des mots dans les noms et descriptions"),
    ("show", "Tout sur un projet"),
    ("top", "Les meilleurs par étoiles, forks, croissance ou activité"),
    ("new", "Nouvelles entrées"),
    ("releases", "Les versions d'un catalogue ou d'un projet"),
    ("movers", "Qui monte, qui descend, qui gagne des étoiles"),
    ("compare", "Des projets côte à côte"),
    ("history", "Ce qui est arrivé à un projet"),
    ("catalogs", "Ce qui est suivi"),
    ("random", "Un projet au hasard"),
    ("feed", "Le flux qui continue de répondre à une question"),
    ("suggest", "Proposer un catalogue"),
    ("start", "Ce que fait Whimbrel, et comment s'abonner"),
    ("subscribe", "Recevoir les nouvelles ici : par boutons ou par écrit"),
    ("unsubscribe", "Mettre fin à un abonnement"),
    ("subscriptions", "Les abonnements de cette discussion"),
    ("pause", "Silence pour un temps ; les nouvelles sont gardées"),
    ("resume", "Fin du silence ; ce qui attend arrive en un résumé"),
    ("digest", "Voir ce que dirait le prochain résumé maintenant"),
    ("settings", "Rythme, fuseau horaire et heures de silence"),
    ("why", "Pourquoi une nouvelle est venue ici, ou non"),
    ("status", "À quel point tout est à jour"),
    ("forget", "Effacer tout ce qui est connu de cette discussion"),
    ("help", "Ce qu'on peut demander"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn every_language_describes_every_command_and_nothing_else() {
        let commands = Command::catalogue().iter().map(|help| help.name);
        let names: Vec<&str> = Command::questions().map(|form| form.name).chain(commands).collect();
        for language in Language::ALL {
            for name in &names {
                let text = language.describes(name).unwrap_or_else(|| panic!("{name} in {}", language.code));
                assert!((3..=100).contains(&text.chars().count()), "{text}");
            }
            assert_eq!(language.descriptions.len(), names.len(), "{}", language.code);
        }
    }
}
