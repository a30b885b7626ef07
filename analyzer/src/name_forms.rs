//! What a text in a source may name by its form alone: a module, an object in one, a file of sources.

/// The dotted name in a text that refers to an object, in one of the ways that configuration does:
/// `uvicorn.run("main:app")`, `{"class": "logging.handlers.RotatingFileHandler"}`.
pub(crate) fn referred_name(text: &str) -> Option<&str> {
    const LONGEST: usize = 200;
    if text.len() > LONGEST || !text.contains([':', '.']) {
        return None;
    }
    let name = match text.split_once(':') {
        Some((module, attribute)) if is_dotted_name(attribute) => module,
        Some(_) => return None,
        None => text,
    };
    is_dotted_name(name).then_some(name)
}

/// The package, and the start of the last part, in a text that is completed to the name of a submodule: `"docutils.languages."`,
/// `"django.conf.locale.%s"`. A single word before the dot is too little to tell.
pub(crate) fn referred_package(text: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 200;
    if text.len() > LONGEST {
        return None;
    }
    let head = text.split(['%', '{']).next().unwrap_or(text);
    let (package, last) = head.rsplit_once('.')?;
    let is_completed = head.len() < text.len() || last.is_empty();
    let is_name = package.contains('.') && is_dotted_name(package) && (last.is_empty() || is_dotted_name(last));
    (is_completed && is_name).then_some((package, last))
}

/// The same with a single word before the dot, where that is the package of the module `name` itself:
/// `f"holidays.{kind}.{module}"`.
pub(crate) fn own_start<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let (package, last) = text.split_once(['%', '{'])?.0.split_once('.')?;
    let is_own = top_of(name) == package;
    (is_own && (last.is_empty() || is_dotted_name(last)) && !last.contains('.')).then_some((package, last))
}

/// The first part of a dotted name: the package at the top, or the module itself.
pub(crate) fn top_of(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// A dotted name with all that stand above it, from the top: `a`, `a.b`, `a.b.c`.
pub(crate) fn from_top(name: &str) -> impl DoubleEndedIterator<Item = &str> {
    let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
    ends.filter_map(|end| name.get(..end))
}

/// The last part of a dotted name: what the module, the function or the attribute itself is called.
pub(crate) fn last_of(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Whether a text may be the name of a file that is no data by its ending.
pub(crate) fn is_source_name(text: &str) -> bool {
    const ENDINGS: [&str; 12] =
        [".py", ".pyx", ".pxd", ".c", ".cc", ".cpp", ".cu", ".cuh", ".h", ".hpp", ".f90", ".rs"];
    ENDINGS.iter().any(|ending| text.ends_with(ending))
}

/// Whether a text is the name of the folder in which a wheel keeps the libraries of others: `rtree.libs`.
pub(crate) fn is_folder_of_libraries(text: &str) -> bool {
    text.strip_suffix(".libs").is_some_and(is_dotted_name)
}

/// The dots and the name of a text that is a relative name: `"._bar.Bar"`, `"._path.local:LocalPath"`.
pub(crate) fn relative_name(text: &str) -> Option<(u32, &str)> {
    const LONGEST: usize = 200;
    let module =
        text.split_once(':').filter(|(_, attribute)| is_dotted_name(attribute)).map_or(text, |(module, _)| module);
    let (text, name) = (module, module.trim_start_matches('.'));
    let level = u32::try_from(text.len() - name.len()).ok().filter(|&level| (1..=8).contains(&level))?;
    (text.len() <= LONGEST && is_dotted_name(name)).then_some((level, name))
}

/// Whether a text is a dotted name of ASCII identifiers.
pub(crate) fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(|part| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
            && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    })
}

/// The start that a text asks of names: `flask_`, or a pattern, `^flask_.+$`.
pub(crate) fn name_start(text: &str) -> Option<&str> {
    const SHORTEST: usize = 4;
    let text = text.strip_prefix('^').unwrap_or(text);
    let end = text.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    let (start, rest) = text.split_at(end.unwrap_or(text.len()));
    let is_pattern = rest.is_empty() || rest.starts_with(['.', '*', '(', '[', '\\']);
    (is_pattern
        && start.len() >= SHORTEST
        && start.ends_with('_')
        && start.starts_with(|first: char| first.is_ascii_alphabetic()))
    .then_some(start)
}
