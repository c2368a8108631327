// Brings the page up to date: fetches it again when the platform tells of a change and puts the new <main> in place of
// the old one, keeping what the reader has opened, scrolled and focused. Without a stream it looks every five seconds.
// Only a page that is seen has a stream: a browser has six connections to a server, and each stream keeps one.
"use strict";

(() => {
	const POLL_MS = 5000;
	const PAUSE_MS = 400; // between two fetches, however many events come
	const line = document.getElementById("live");
	let source = null;
	let streaming = false;
	let fetching = false;
	let wanted = false;
	let last = "";

	const main = () => document.getElementById("main");

	function tell(text) {
		line.dataset.stream = streaming ? "on" : "off";
		if (line.textContent !== text)
			line.textContent = text;
	}

	// How the page itself has its details, so that only what the reader did to them is kept.
	function mark(root) {
		for (const d of root.querySelectorAll("details[open]"))
			d.setAttribute("data-open", "");
	}

	// What a reader did to the page, by the ids of elements.
	function remember(root) {
		const open = new Map();
		const scrolled = new Map();
		for (const d of root.querySelectorAll("details[id]"))
			if (d.open !== d.hasAttribute("data-open"))
				open.set(d.id, d.open);
		for (const e of root.querySelectorAll("pre[id]")) {
			const below = e.scrollHeight - e.clientHeight - e.scrollTop;
			scrolled.set(e.id, { top: e.scrollTop, left: e.scrollLeft, end: e.clientHeight > 0 && below < 4 });
		}
		const focus = root.contains(document.activeElement) ? document.activeElement : null;
		return { open, scrolled, id: focus && focus.id, href: focus && focus.getAttribute("href") };
	}

	function restore(root, kept) {
		for (const [id, open] of kept.open) {
			const d = root.querySelector("#" + CSS.escape(id));
			if (d)
				d.open = open;
		}
		for (const [id, at] of kept.scrolled) {
			const e = root.querySelector("#" + CSS.escape(id));
			if (e)
				e.scrollTo(at.left, at.end ? e.scrollHeight : at.top);
		}
		const by = kept.id ? "#" + CSS.escape(kept.id) : kept.href && '[href="' + CSS.escape(kept.href) + '"]';
		const focus = by && root.querySelector(by);
		if (focus)
			focus.focus({ preventScroll: true });
	}

	function replace(text) {
		const fresh = new DOMParser().parseFromString(text, "text/html");
		const next = fresh.getElementById("main");
		if (!next || next.outerHTML === last || holdsSelection())
			return;
		last = next.outerHTML;
		const kept = remember(main());
		const top = window.scrollY;
		const adopted = document.adoptNode(next);
		mark(adopted);
		main().replaceWith(adopted);
		restore(adopted, kept);
		window.scrollTo({ top, behavior: "instant" });
		if (document.title !== fresh.title)
			document.title = fresh.title;
	}

	// A text that is being marked would be lost.
	function holdsSelection() {
		const selection = document.getSelection();
		return selection && !selection.isCollapsed && main().contains(selection.anchorNode);
	}

	async function refresh() {
		if (fetching) {
			wanted = true;
			return;
		}
		fetching = true;
		wanted = false;
		try {
			const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
			if (answer.redirected)
				location.reload(); // the session has ended
			else if (answer.ok)
				replace(await answer.text());
			if (!streaming)
				tell("Looking every 5 seconds");
		} catch {
			tell("The platform cannot be reached");
		}
		setTimeout(() => {
			fetching = false;
			if (wanted)
				refresh();
		}, PAUSE_MS);
	}

	function isOurs(event) {
		const id = main().dataset.id;
		return !id || id === event.data || event.data === "*";
	}

	function listen() {
		if (source || document.hidden)
			return;
		source = new EventSource("/events");
		source.onopen = () => {
			streaming = true;
			tell("Live");
			refresh(); // what came before the stream, or while it was lost
		};
		source.onerror = () => {
			streaming = false;
			tell("Looking every 5 seconds");
			if (source.readyState !== EventSource.CLOSED)
				return;
			source = null;
			setTimeout(listen, 6 * POLL_MS);
		};
		for (const kind of ["plan", "execution"])
			source.addEventListener(kind, (event) => isOurs(event) && refresh());
	}

	function rest() {
		if (source)
			source.close();
		source = null;
		streaming = false;
		tell("Looking every 5 seconds");
	}

	window.addEventListener("pagehide", rest);
	window.addEventListener("pageshow", (event) => event.persisted && location.reload());
	document.addEventListener("visibilitychange", () => {
		if (document.hidden) {
			rest();
			return;
		}
		refresh();
		listen();
	});
	// a page in the background has a title, which tells of what goes on
	setInterval(() => {
		if (main().dataset.pace === "going" || (!streaming && !document.hidden))
			refresh();
	}, POLL_MS);
	mark(main());
	listen();
})();
