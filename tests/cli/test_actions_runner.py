#!/usr/bin/env python3
"""The model of GitHub's runner that tests of the action use (actions_runner.py), against the grammar's own examples."""
import unittest

from actions_runner import (COMMANDS, Console, Refused, parse, place, read_outputs, read_pairs, read_path, read_summary,
                            read_variables)


class Commands(unittest.TestCase):
    def test_lines_and_what_they_say(self):
        for line, name, props, data in (
                ("::error::x", "error", {}, "x"),
                ("  \t::error::x ", "error", {}, "x "),
                ("::ERROR::x", "error", {}, "x"),
                ("::error title=a,file=b::x", "error", {"title": "a", "file": "b"}, "x"),
                ("::error Title=a::x", "error", {"title": "a"}, "x"),
                ("::error title=a=b::x", "error", {"title": "a=b"}, "x"),
                ("::error title=,file=::x", "error", {}, "x"),
                ("::error ,,title=a,,::x", "error", {"title": "a"}, "x"),
                ("::error title=a ::x", "error", {"title": "a"}, "x"),
                ("::error title=a%2Cb%3A%3Ac%25::x%0Ay%25%2C", "error", {"title": "a,b::c%"}, "x\ny%%2C"),
                ("::error::a::b::", "error", {}, "a::b::"),
                ("::error::%250A", "error", {}, "%0A"),
                ("::error::", "error", {}, ""),
                ("::group::a", "group", {}, "a"),
                ("##[error]x", "error", {}, "x"),
                ("say ##[error]x", "error", {}, "x"),
                ("##[error title=a;file=b]x%5D%3B", "error", {"title": "a", "file": "b"}, "x];"),
                ("::nothing::##[error]x", "error", {}, "x")):
            with self.subTest(line):
                command = parse(line, COMMANDS)
                self.assertEqual((command.name, command.properties, command.data), (name, props, data))

    def test_text(self):
        for line in ("", "error", ":error::x", "::error:x", "::error", "x::error::y", ":: error::x", "::errors::x", "##error]x", "##[error",
                     "# #[error]x", "::error\u2028::x", "[error]x"):
            self.assertIsNone(parse(line, COMMANDS), line)

    def test_lines_end_at_cr_too(self):
        self.assertEqual([c.data for c in Console("::error::a\r::error::b\r\n::error::c\nd").commands], ["a", "b", "c"])

    def test_stopped_commands(self):
        console = Console("::stop-commands::w0rd\n::error::a\n::group::b\n::add-mask::c\n::w0rd\n::W0RD::\n::error::d\n::w0rd::")
        self.assertEqual([c.data for c in console.commands], ["d"])
        self.assertEqual(console.text, ["::error::a", "::group::b", "::add-mask::c", "::w0rd", "::w0rd::"])
        self.assertTrue(console.ended)
        self.assertTrue(Console("::stop-commands::w\n##[w]\n").ended, "the old form ends it, too")
        self.assertFalse(Console("::stop-commands::w\n x ::w::\n").ended)
        for word in ("", "error", "Pause-Logging", "SET-ENV"):
            self.assertRaises(Refused, Console, "::stop-commands::" + word)

    def test_masks(self):
        console = Console("a secret\n::add-mask::secret\na secret\n::add-mask::one%0D%0A%0Atwo\none or two\n::add-mask::  \n::error::secret")
        self.assertEqual(console.masks, ["secret", "secret", "one\r\n\ntwo", "one", "two"])
        self.assertEqual((console.before_mask, console.shown), (["a secret"], ["a secret", "a ***", "*** or ***"]))
        self.assertEqual(console.complaints, ["an empty mask"])

    def test_groups(self):
        console = Console("a\n::group::G\nb\n::error::c\nd\n::endgroup::\ne\n::endgroup::\n::group::H\n::group::I")
        self.assertEqual(console.groups, [("G", ["b", "d"]), ("H", []), ("I", [])])
        self.assertEqual((console.complaints, console.ended), (["no group to end", "a group in a group"], False))

    def test_annotations(self):
        console = Console("\n".join(["::error title=t%d::m" % i for i in range(12)] + ["::warning::" + "x" * 5000, "::notice::", "::debug::d"]))
        self.assertEqual([issue.title for issue in console.issues if issue.level == "error"], ["t%d" % i for i in range(10)])
        self.assertEqual((console.lost["error"], console.lost["warning"]), (2, 0))
        self.assertEqual(console.issues[-1], ("warning", "", "x" * 4096))

    def test_places(self):
        for given, kept in (({"line": "1"}, {"line": 1}), ({"endline": "2"}, {"line": 2, "endline": 2}), ({"line": "x"}, {}), ({"col": "1"}, {}),
                            ({"line": "2", "endline": "1"}, {}), ({"line": "1", "endline": "2", "col": "3"}, {"line": 1, "endline": 2}),
                            ({"line": "1", "col": "3", "endcolumn": "2"}, {"line": 1}),
                            ({"line": "1", "endline": "1", "col": "2", "endcolumn": "3"}, {"line": 1, "endline": 1, "col": 2, "endcolumn": 3})):
            self.assertEqual(place(given), kept, given)

    def test_old_commands(self):
        console = Console("::set-output name=a::b%0Ac\n::save-state name=d::e\n::echo::on")
        self.assertEqual((console.outputs, console.state, console.echo), ({"a": "b\nc"}, {"d": "e"}, True))
        for line in ("::set-output::x", "::save-state name=::x", "::set-env name=a::b", "::add-path::x", "::echo::maybe"):
            self.assertRaises(Refused, Console, line)


class Files(unittest.TestCase):
    def test_pairs(self):
        for text, pairs in (
                ("", []), ("\n\n", []), ("a=b", [("a", "b")]), ("a=b=c\n", [("a", "b=c")]), ("a=\n", [("a", "")]), ("a=b<<c\n", [("a", "b<<c")]),
                ("a<<E\nE\n", [("a", "")]), ("a<<E\n\nE", [("a", "")]), ("a<<E\n\n\nE", [("a", "\n")]), ("a<<E\nb\nE\nc=d\n", [("a", "b"), ("c", "d")]),
                ("a<<E\nb=c\nd<<F\nE\n", [("a", "b=c\nd<<F")]), ("a<<E\n E\nE \nE\n", [("a", " E\nE ")]), ("a<<E<<F\nE\nE<<F\n", [("a", "E")]),
                ("a<<E\r\nb\r\nE\r\n", [("a", "b\r")]), ("a=b\r\n", [("a", "b\r")]), (" a = b \n", [(" a ", " b ")]),
                ("a<<E\nb\rE\nE\n", [("a", "b\rE")]), ("a=1\na=2\n", [("a", "1"), ("a", "2")]), ("a<<E=F\nE=F\n", [("a", "")])):
            with self.subTest(text):
                self.assertEqual(read_pairs(text), pairs)

    def test_what_fails_the_step(self):
        for text in ("a", "a\n", "=b", "<<E\nE\n", "a<<\nE\n", "a<<E\nb\n", "a<<E\nE \n", "a<<E", "a=b\nc\n", "a<<E\r\nb\nE\n"):
            with self.subTest(text):
                self.assertRaises(Refused, read_pairs, text)

    def test_outputs_are_whole(self):
        self.assertEqual(read_outputs("a<<E\nb\nE\n"), {"a": "b"})
        for text in ("a=b", "a=b\na=c\n"):
            self.assertRaises(AssertionError, read_outputs, text)

    def test_variables_and_folders(self):
        self.assertEqual(read_variables("A=b\n"), {"A": "b"})
        for text in ("NODE_OPTIONS=x\n", "node_options<<E\nE\n"):
            self.assertRaises(Refused, read_variables, text)
        self.assertEqual(read_path("/a\n\n/b c\r\n"), ["/a", "/b c"])

    def test_summaries(self):
        console = Console("::add-mask::secret")
        self.assertEqual(read_summary(b"a secret\nsec\nret \xff", console), "a ***\nsec\nret \ufffd")
        self.assertEqual(len(read_summary(b"x" * (1 << 20))), 1 << 20)
        self.assertRaises(Refused, read_summary, b"x" * ((1 << 20) + 1))


if __name__ == "__main__":
    unittest.main()
