"""What starts an audit by itself: units for systemd, a line for cron, a CronJob."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.errors import UsageError

_NAME = "detector-audit"
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_PLAIN = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Timer:
    """When which audit runs.

    Attributes:
        config: absolute path of its ``audit.toml``.
        hour: of the day.
        minute: of the hour.
        program: the command and its first arguments.
        due: an audit that ended less than this ago is not repeated, such as "20h".
    """

    config: Path
    hour: int
    minute: int
    program: tuple[str, ...]
    due: str = "20h"

    @classmethod
    def at(cls, config: str | Path, time: str, program: Sequence[str] = ()) -> Timer:
        """A timer for a time of day.

        Args:
            config: ``audit.toml``.
            time: hours and minutes, "02:30".
            program: how `detector` is started; by default the one that runs now.

        Raises:
            UsageError: if that is no time of day.
        """
        match = _TIME.fullmatch(time.strip())
        if match is None:
            raise UsageError(f"--at {time}: is no time of day; write 02:30")
        return cls(Path(config).absolute(), int(match[1]), int(match[2]), tuple(program) or _ours())

    def command(self, config: str = "") -> list[str]:
        """The words of the command; `config` in the place of its own path."""
        words = [*self.program, "audit", "run", config or str(self.config)]
        return [*words, "--if-due", self.due, "--log", "json"]


def cron(timer: Timer) -> str:
    """A line of a crontab: it goes to the folder of the configuration, as a person would."""
    folder = shlex.quote(str(timer.config.parent))
    command = f"cd {folder} && {shlex.join(timer.command())}"
    if "\n" in command:
        raise UsageError(f"{timer.config}: cron knows no path with a line break in it")
    # A bare per cent sign is a line break to cron, even in quotes.
    return f"{timer.minute} {timer.hour} * * * {command.replace('%', chr(92) + '%')}\n"


def systemd(timer: Timer) -> str:
    """A service and its timer, each under the name of the file that it belongs into."""
    command = timer.command()
    if not _PLAIN.fullmatch(command[0]):  # systemd refuses a program of such a name
        command.insert(0, "/usr/bin/env")
    words = " ".join(map(_systemd_word, command))
    folder = str(timer.config.parent).replace("%", "%%")
    return f"""\
# ~/.config/systemd/user/{_NAME}.service
[Unit]
Description=Audit of {_described(timer)}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={words}
Nice=10
# Secrets, such as AUDIT_WEBHOOK=https://…; the leading - allows for none.
EnvironmentFile=-%h/.config/{_NAME}.env

# ~/.config/systemd/user/{_NAME}.timer
[Unit]
Description=Audit of {_described(timer)}, every day

[Timer]
OnCalendar=*-*-* {timer.hour:02}:{timer.minute:02}:00
Persistent=true
RandomizedDelaySec=5min

[Install]
WantedBy=timers.target
"""


def kubernetes(timer: Timer, image: str, claim: str = _NAME, mount: str = "/data") -> str:
    """A CronJob as YAML, whose strings are JSON and so cannot be taken for anything else.

    Args:
        timer: when; the configuration is named by its file name, below `mount`.
        image: with `detector` in it.
        claim: PersistentVolumeClaim that holds configuration, sources, index and runs.
        mount: where it is mounted.
    """
    inside = f"{mount.rstrip('/')}/{timer.config.name}"
    words = ["detector", *timer.command(inside)[len(timer.program) :]]
    schedule = f"{timer.minute} {timer.hour} * * *"
    return f"""\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {_NAME}
spec:
  schedule: {json.dumps(schedule)}
  concurrencyPolicy: Forbid  # the lock would refuse a second run as well
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 3  # a pod that was killed is started again and goes on where it was
      podFailurePolicy:
        rules:
          - action: FailJob  # a gate tripped, bad options or bad input: as before the next time
            onExitCodes:
              containerName: audit
              operator: In
              values: [1, 2, 3, 4]
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: audit
              image: {json.dumps(image)}
              command: {json.dumps(words, ensure_ascii=False)}
              workingDir: {json.dumps(mount)}
              envFrom:
                - secretRef:
                    name: {_NAME}
                    optional: true
              volumeMounts:
                - name: data
                  mountPath: {json.dumps(mount)}
          volumes:
            - name: data
              persistentVolumeClaim:
                claimName: {json.dumps(claim)}
"""


def _ours() -> tuple[str, ...]:
    """How the program that runs now is started again, from anywhere."""
    script = Path(sys.argv[0])
    if script.name == "detector" and script.is_file():
        return (str(script.absolute()),)
    return sys.executable, "-m", "detector"


def _systemd_word(word: str) -> str:
    word = word.replace("%", "%%").replace("$", "$$")
    if _PLAIN.fullmatch(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _described(timer: Timer) -> str:
    return " ".join(timer.config.name.replace("%", "%%").split())
