import configparser
import re
import shlex
import shutil
import subprocess

import pytest

from detector.audit.timers import Timer, cron, kubernetes, systemd
from detector.errors import UsageError

PROGRAM = ("/srv/my env/bin/detector",)
HOSTILE = '/srv/tin tức/100% "news" $HOME\'s/audit.toml'


@pytest.fixture(params=["/srv/news/audit.toml", HOSTILE])
def timer(request):
    return Timer.at(request.param, "2:05", PROGRAM)


def command(config):
    return [*PROGRAM, "audit", "run", str(config), "--if-due", "20h", "--log", "json"]


@pytest.mark.parametrize("time", ["", "24:00", "2", "02:60", "2:5", "noon"])
def test_what_is_no_time_of_day_is_refused(time):
    with pytest.raises(UsageError, match="is no time of day; write 02:30"):
        Timer.at("audit.toml", time)


def test_the_program_that_runs_now_is_started_by_its_whole_path():
    words = Timer.at("audit.toml", "02:30").command()

    assert words[0].startswith("/")
    assert "audit.toml" in words[words.index("run") + 1]
    assert words[words.index("run") + 1].startswith("/")


# cron


def crontab(text):
    """A line as cron reads it: five fields, and what its shell gets."""
    (line,) = text.splitlines()
    *fields, rest = line.split(" ", 5)
    bare = re.split(r"(?<!\\)%", rest)
    assert len(bare) == 1, "what stands behind a bare per cent sign is standard input"
    return fields, rest.replace("\\%", "%")


def test_a_line_of_a_crontab_starts_the_command_in_the_folder_of_its_configuration(timer):
    fields, shell = crontab(cron(timer))

    assert fields == ["5", "2", "*", "*", "*"]
    change, both, *words = shlex.split(shell, posix=True)[:2] + shlex.split(shell)[2:]
    assert (change, both) == ("cd", str(timer.config.parent))
    assert words == ["&&", *command(timer.config)]


def test_a_real_shell_reads_the_line_as_it_is_meant(timer):
    _, shell = crontab(cron(timer))
    _, _, run = shell.partition(" && ")
    done = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\n' {run}"], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == command(timer.config)


def test_a_path_with_a_line_break_is_not_for_cron():
    with pytest.raises(UsageError, match="cron knows no path with a line break"):
        cron(Timer.at("/srv/a\nb/audit.toml", "2:05", PROGRAM))


# systemd


def units(text):
    """Each unit under the name of its file."""
    parts = re.split(r"^# \S*/(detector-audit\.\w+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_units_hold_what_systemd_wants(timer):
    found = units(systemd(timer))

    assert list(found) == ["detector-audit.service", "detector-audit.timer"]
    service, clock = (configparser.RawConfigParser(strict=True) for _ in range(2))
    service.read_string(found["detector-audit.service"])
    clock.read_string(found["detector-audit.timer"])
    assert service["Service"]["Type"] == "oneshot"
    assert clock["Timer"]["OnCalendar"] == "*-*-* 02:05:00"
    assert clock["Timer"]["Persistent"] == "true"
    assert clock["Install"]["WantedBy"] == "timers.target"


def test_systemd_reads_the_command_as_it_is_meant(timer):
    (line,) = re.findall(r"^ExecStart=(.*)$", systemd(timer), re.MULTILINE)

    # Its quoting is that of a shell within double quotes, with %% and $$ on top.
    words = shlex.split(line.replace("$$", "\\$" if '"' not in line else "$").replace("%%", "%"))
    assert words == ["/usr/bin/env", *command(timer.config)], "its program has a space in its name"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
@pytest.mark.parametrize("name", ["plain", "tin tức 100% 'x'"])
def test_systemd_accepts_the_units(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    program = folder / "detector"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    places = []
    for unit, text in units(
        systemd(Timer.at(folder / "audit.toml", "02:30", [str(program)]))
    ).items():
        places.append(tmp_path / unit)
        places[-1].write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *map(str, places)],
        capture_output=True, text=True,
    )  # fmt: skip

    ours = [line for line in done.stderr.splitlines() if "detector-audit" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
def test_systemd_understands_the_time():
    done = subprocess.run(
        ["systemd-analyze", "calendar", "*-*-* 02:05:00"], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert "Normalized form: *-*-* 02:05:00" in done.stdout


# Kubernetes


def test_a_cronjob_has_the_structure_that_kubernetes_wants(timer):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    job = yaml.safe_load(kubernetes(timer, "example.org/detector:1", "tin-tuc"))

    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?", job["metadata"]["name"])
    assert job["spec"]["schedule"] == "5 2 * * *"
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    (container,) = pod["containers"]
    assert container["image"] == "example.org/detector:1"
    assert container["command"] == ["detector", *command("/data/audit.toml")[1:]]
    (mounted,) = container["volumeMounts"]
    (volume,) = pod["volumes"]
    assert mounted["name"] == volume["name"]
    assert mounted["mountPath"] == container["workingDir"] == "/data"
    assert volume["persistentVolumeClaim"]["claimName"] == "tin-tuc"


def test_a_pod_that_was_killed_is_tried_again_and_a_tripped_gate_is_not(timer):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    spec = yaml.safe_load(kubernetes(timer, "x"))["spec"]["jobTemplate"]["spec"]
    (rule,) = spec["podFailurePolicy"]["rules"]

    assert spec["backoffLimit"] > 0
    assert rule["action"] == "FailJob"
    assert rule["onExitCodes"]["values"] == [1, 2, 3, 4]
    (container,) = spec["template"]["spec"]["containers"]
    assert rule["onExitCodes"]["containerName"] == container["name"]
