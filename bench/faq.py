#!/usr/bin/env python3
"""Makes question-and-answer collections in BEIR's form out of manuals that Debian packages.

    apt-get install python3.11-doc python-django-doc debian-faq apache2-doc
    python3 bench/faq.py OUT [DOCS]                  # DOCS: /usr/share/doc, or where the packages were unpacked

A heading of a FAQ page that ends with a question mark is a query, the text below it without that heading is the one
document that answers it, and the other sections of the manual (without their headings, too) are what it has to be found
among. Only the standard library is used; what it writes is for measuring, never for committing.
"""
import glob, html.parser, json, os, re, sys

# name: pages with questions; further pages of the same manual
MANUALS = {
    "faq-python": (["python3.11/html/faq/*.html"],
                   ["python3.11/html/tutorial/*.html", "python3.11/html/howto/*.html", "python3.11/html/installing/*.html"]),
    "faq-django": (["python-django-doc/html/faq/*.html"],
                   ["python-django-doc/html/intro/*.html", "python-django-doc/html/howto/*.html",
                    "python-django-doc/html/topics/*.html"]),
    "faq-debian": (["debian/FAQ/*.en.html"], []),
    "faq-apache": (["apache2-doc/manual/en/**/*faq*.html"],
                   ["apache2-doc/manual/en/*.html", "apache2-doc/manual/en/howto/*.html", "apache2-doc/manual/en/ssl/*.html",
                    "apache2-doc/manual/en/rewrite/*.html"]),
}
SHORTEST_ANSWER = 40
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
SKIPPED = {"script", "style", "nav", "footer", "head"}
SKIPPED_CLASSES = {"sphinxsidebar", "related", "toc", "navheader", "navfooter", "quickview", "footer", "top", "bottomlang",
                   "toplang", "section-nav", "headerlink"}
BLOCKS = HEADINGS | {"p", "li", "pre", "div", "dt", "dd", "table", "tr", "blockquote", "section"}
VOID = {"br", "img", "hr", "input", "meta", "link", "col", "area", "base", "wbr"}


class Sections(html.parser.HTMLParser):
    """The sections of a page: (heading, text)."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.sections, self.open, self.skipping, self.heading = [["", ""]], [], 0, False

    def handle_starttag(self, tag, attributes):
        if tag in VOID:
            self.add(" " if tag != "br" else "\n")
            return
        classes = set((dict(attributes).get("class") or "").split())
        skipped = tag in SKIPPED or bool(classes & SKIPPED_CLASSES)
        self.open.append((tag, skipped))
        self.skipping += skipped
        if tag in HEADINGS and not self.skipping:
            self.sections.append(["", ""])
            self.heading = True
        elif tag in BLOCKS:
            self.add("\n")

    def handle_endtag(self, tag):
        if tag not in (name for name, _ in self.open):
            return
        while True:
            name, skipped = self.open.pop()
            self.skipping -= skipped
            if name in HEADINGS:
                self.heading = False
            if name in BLOCKS:
                self.add("\n")
            if name == tag:
                return

    def handle_data(self, data):
        preformatted = any(name == "pre" for name, _ in self.open)
        self.add(data if preformatted else data.replace("\n", " "))

    def add(self, text):
        if not self.skipping:
            self.sections[-1][0 if self.heading else 1] += text


def read(path):
    parser = Sections()
    with open(path, encoding="utf-8", errors="replace") as file:
        parser.feed(file.read())
    for heading, text in parser.sections[1:]:  # what stands before the first heading is navigation
        heading = re.sub(r"^\s*(§|Q:)?\s*(\d+(\.\d+)*\.)?\s*", "", " ".join(heading.split())).strip(" ¶#")
        lines = (" ".join(line.split()) for line in text.split("\n"))
        yield heading, "\n".join(line for line in lines if line)


def is_question(heading):
    return heading.endswith("?") and len(heading.split()) >= 3


def paths(docs, patterns):
    return sorted({path for pattern in patterns for path in glob.glob(os.path.join(docs, pattern), recursive=True)})


def make(name, faqs, others, docs, out):
    documents, queries, seen = [], [], set()
    faqs = paths(docs, faqs)
    for path in faqs + [path for path in paths(docs, others) if path not in faqs]:
        for heading, text in read(path):
            if len(text) < SHORTEST_ANSWER or text in seen:
                continue
            seen.add(text)
            number = str(len(documents))
            documents.append({"_id": number, "title": "", "text": text})
            if path in faqs and is_question(heading) and heading not in {query["text"] for query in queries}:
                queries.append({"_id": number, "text": heading})
    if not queries:
        print(f"{name}: no questions; is its package unpacked in {docs}?")
        return
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    for file, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        with open(os.path.join(folder, file), "w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    with open(os.path.join(folder, "qrels.tsv"), "w", encoding="utf-8") as lines:
        lines.write("query-id\tcorpus-id\tscore\n")
        lines.writelines(f"{query['_id']}\t{query['_id']}\t1\n" for query in queries)
    print(f"{name}: {len(documents)} documents, {len(queries)} questions")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    docs = sys.argv[2] if len(sys.argv) == 3 else "/usr/share/doc"
    for name, (faqs, others) in MANUALS.items():
        make(name, faqs, others, docs, sys.argv[1])


if __name__ == "__main__":
    main()
