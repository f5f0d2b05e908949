"""What is found out about one script."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Facts:
    """Where something could not be followed, a flag says so, and nothing is concluded from absence."""

    # Keys read from the events, by their path, with the place of the first read; optional: read with care.
    reads: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)
    # The events went somewhere that could not be followed: any key may be read.
    reads_unknown: bool = False
    # How a key's value is used: map, list, str, int, bool, iterable; by key, with the first line.
    uses: dict[str, dict[str, int]] = field(default_factory=dict)
    # Keys whose value goes to AWS as it is: the key, the service, the method and the argument, with the line.
    passed: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    # Reads of a key in one of several maps: the paths, any of which may have it.
    either: dict[tuple[tuple[str, ...], ...], dict[str, int]] = field(default_factory=dict)
    # Members read from responses of AWS: the service, the method and the path, with the line.
    members: dict[tuple[str, str, tuple[str, ...]], int] = field(default_factory=dict)
    # Keys that the script itself puts into responses; "*" where they can't be told.
    members_written: set[str] = field(default_factory=set)
    # Keys whose type the script looks at itself.
    guarded: set[str] = field(default_factory=set)
    # Calls of AWS, by service, method and line.
    calls: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)
    # Services of which some call could not be told; "*" where even the service is not known.
    calls_unknown: set[str] = field(default_factory=set)

    def read(self, path: tuple[str, ...], line: int, column: int, optional: bool) -> None:
        known = self.reads.setdefault(path, {"line": line, "column": column + 1, "optional": optional})
        known["optional"] = known["optional"] or optional

    def use(self, path: tuple[str, ...], kind: str, line: int) -> None:
        if len(path) == 1:
            self.uses.setdefault(path[0], {}).setdefault(kind, line)

    def pass_on(self, key: str, service: str, method: str, argument: str, line: int) -> None:
        self.passed.setdefault((key, service, method, argument), line)

    def read_either(self, paths: list[tuple[str, ...]], line: int, column: int) -> None:
        self.either.setdefault(tuple(sorted(paths)), {"line": line, "column": column + 1})

    def call(
        self,
        service: str | None,
        method: str | None,
        line: int,
        keywords: list[str] | None,
        *,
        waiter: bool = False,
        forms: dict[str, Any] | None = None,
    ) -> None:
        if service is None:
            self.calls_unknown.add("*")
        elif method is None:
            self.calls_unknown.add(service)
        else:
            first = {"keywords": keywords, "waiter": waiter, "forms": forms or {}}
            known = self.calls.setdefault((service, method, line), first)
            # The last round of the interpretation knows most.
            known["forms"] = forms or {}
            if keywords is None or known["keywords"] is None:
                known["keywords"] = None
            else:
                known["keywords"] = sorted({*known["keywords"], *keywords})

    def as_json(self) -> dict[str, Any]:
        return {
            "reads": [{"path": list(path), **place} for path, place in self.reads.items()],
            "readsUnknown": self.reads_unknown,
            "uses": {key: uses for key, uses in self.uses.items() if key not in self.guarded},
            "either": [{"paths": [list(path) for path in paths], **place} for paths, place in self.either.items()],
            "members": [
                {"service": service, "method": method, "path": list(path), "line": line}
                for (service, method, path), line in self.members.items()
                if not self.members_written & {"*", path[-1]}
            ],
            "passed": [
                {"key": key, "service": service, "method": method, "argument": argument, "line": line}
                for (key, service, method, argument), line in self.passed.items()
                if key not in self.guarded
            ],
            "calls": [
                {"service": service, "method": method, "line": line, **call}
                for (service, method, line), call in sorted(self.calls.items())
            ],
            "callsUnknown": sorted(self.calls_unknown),
        }
