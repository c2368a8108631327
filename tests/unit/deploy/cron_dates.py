#!/usr/bin/env python3
"""Prints cron_dates.inc: when schedules come, found by walking through the minutes of a zone with
Python's zoneinfo. Minutes that clocks pass for the first time count, also those they jump over; for
a schedule of every hour the minutes that they show."""

import datetime
import zoneinfo

CASES = [
    ("Europe/Paris", "2026-03-28T00:00", ["30 2 * * *", "0 3 * * *", "15,45 1-3 * * *", "0 0 29 3 *",
                                          "59 1 * * 0"]),
    ("Europe/Paris", "2026-03-29T00:15", ["*/30 * * * *", "45 * * * *", "5,55 2,3 * * *"]),
    ("Europe/Paris", "2026-10-24T12:00", ["30 2 * * *", "0 3 * * *", "20,40 2-3 * * *"]),
    ("Europe/Paris", "2026-10-24T23:50", ["*/30 * * * *", "0 * 25 10 *", "0 2,3 * * *"]),
    ("Europe/Paris", "2026-10-25T01:10", ["*/30 * * * *", "30 2 * * *", "0 * 25 10 *"]),
    ("America/New_York", "2026-03-07T12:00", ["30 2 * * *", "0 2,3 * * *"]),
    ("America/New_York", "2026-03-08T05:50", ["45 * * * *", "*/20 0-3 * * *"]),
    ("America/New_York", "2026-10-31T12:00", ["30 1 * * *", "*/20 1 * * *"]),
    ("America/New_York", "2026-11-01T04:50", ["45 * * * *", "45 1 * * *"]),
    ("America/New_York", "2040-03-10T12:00", ["30 2 * * *"]),
    ("Australia/Lord_Howe", "2026-10-03T00:00", ["15 2 * * *", "*/10 2 * * *"]),
    ("Australia/Lord_Howe", "2026-10-03T15:10", ["*/15 * * * *"]),
    ("Australia/Lord_Howe", "2026-04-04T00:00", ["45 1 * * *", "*/20 1 * * *"]),
    ("Australia/Lord_Howe", "2026-04-04T14:10", ["*/15 * * * *", "*/15 0-2 * * *"]),
    ("Asia/Kolkata", "2026-12-30T10:00", ["0 0 * * *", "30 9 1 1 *", "*/25 12 * * 1-5"]),
    ("Pacific/Apia", "2011-12-29T12:00", ["0 12 * * *", "0 0 30 12 *", "0 */6 * * *"]),
    ("America/Havana", "2026-10-31T20:00", ["30 0 * * *", "0 0 * * *", "0 23 * * *"]),
    ("Etc/UTC", "2026-11-20T16:24", ["* * * * *", "0 0 13 * fri", "0 0 13 * *", "0 0 */10 * 1",
                                     "0 12 31 * *", "24 16 * * *", "*/7 23 * dec sat,sun"]),
]
COUNT = 4


def values(field, least, most):
    names = {name: i for i, name in enumerate("sun mon tue wed thu fri sat".split())}
    if most == 12:
        names = {name: i + 1 for i, name in enumerate(
            "jan feb mar apr may jun jul aug sep oct nov dec".split())}
    found = set()
    for part in field.split(","):
        part, _, step = part.partition("/")
        first, _, last = part.partition("-")
        if first == "*":
            first, last = least, most
        first = names.get(first, first)
        last = names.get(last, last) or first
        found |= set(range(int(first), int(last) + 1, int(step or 1)))
    return found


def matcher(fields):
    minute, hour, day, month, week = (
        values(field, *bounds) for field, bounds in
        zip(fields.split(), [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)]))
    either = len(day) < 31 and len(week) < 7

    def matches(at):
        in_days, in_week = at.day in day, at.isoweekday() % 7 in week
        return (at.minute in minute and at.hour in hour and at.month in month
                and (in_days or in_week if either else in_days and in_week))
    return matches, len(hour) == 24


def dates(fields, zone, start):
    matches, every_hour = matcher(fields)
    step = datetime.timedelta(minutes=1)
    at = start - datetime.timedelta(days=2)
    passed = (at.astimezone(zone)).replace(tzinfo=None)
    while True:
        at += step
        shown = at.astimezone(zone).replace(tzinfo=None)
        comes = matches(shown) if every_hour else False
        while passed < shown:
            passed += step
            comes = comes or (not every_hour and matches(passed))
        if comes and at > start:
            yield at


def main():
    print("/* Made by cron_dates.py: schedule, zone, a moment, and the next ones. */")
    for name, start, schedules in CASES:
        begin = datetime.datetime.fromisoformat(start + "+00:00")
        for fields in schedules:
            found = dates(fields, zoneinfo.ZoneInfo(name), begin)
            texts = [f'"{next(found):%Y-%m-%dT%H:%M:%SZ}"' for _ in range(COUNT)]
            print(f'{{"{fields}", "{name}", "{start}:00Z",\n\t{{{", ".join(texts)}}}}},')


main()
