# Distributions: their versions, their metadata, their entry points. What reads metadata is imported by those who need it, because
# it takes longer to import than most hooks take to run.
import os
import re

from _rpack import questions

# The folders with metadata that hooks want to have copied, and the names of their distributions.
copied = {}


def check_requirement(requirement):
    return questions.ask("is_satisfied", requirement=requirement)


def is_module_satisfies(requirements, version=None, version_attr=None):
    return check_requirement(requirements)


def copy_metadata(package_name, recursive=False):
    import importlib.metadata

    pairs, waiting, seen = [], [package_name], set()
    while waiting:
        name = waiting.pop(0)
        if _normalized(name) in seen:
            continue
        seen.add(_normalized(name))
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            if name == package_name:
                raise
            continue
        folder = os.path.abspath(distribution._path)
        copied[folder] = distribution.metadata["Name"]
        pairs.append((folder, os.path.basename(folder)))
        if recursive:
            waiting += [_name(line) for line in distribution.requires or [] if "extra" not in line.partition(";")[2]]
    return pairs


def collect_entry_point(name):
    import importlib.metadata

    datas, imports = [], []
    for entry_point in importlib.metadata.entry_points(group=name):
        if entry_point.dist is not None:
            datas += copy_metadata(entry_point.dist.metadata["Name"])
        imports.append(entry_point.module)
    return datas, imports


def get_installer(dist_name):
    import importlib.metadata

    try:
        text = importlib.metadata.distribution(dist_name).read_text("INSTALLER")
    except importlib.metadata.PackageNotFoundError:
        # The name of a module.
        names = importlib.metadata.packages_distributions().get(dist_name)
        text = importlib.metadata.distribution(names[0]).read_text("INSTALLER") if names else None
    return text.strip() if text else None


def _normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _name(requirement):
    return re.match(r"[\w.-]*", requirement.strip()).group()
