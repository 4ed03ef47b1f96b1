"""Relevance of a stemmed BM25 on test collections in BEIR's form, to set beside `bifocal eval COLLECTION --mode keyword`.

pip install bm25s==0.3.16 PyStemmer==3.1.0 xxhash==4.1.0
python3 bench/bm25.py COLLECTION...

BM25 is bm25s' "lucene" with k1 1.2 and b 0.75, over title and text together; words are stemmed by Snowball, identifiers are words
whole and by their parts, no word is left out. Prints nDCG@10 of all queries, of the halves that `bifocal eval` calls tuned and held, and
of the queries of each `kind`.
"""

import gzip
import json
import math
import pathlib
import re
import sys

import bm25s
import Stemmer
import xxhash

DEPTH = 10
IDENTIFIER = re.compile(r"\w+(?:[.:_-]+\w+)*")
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


def main(folders):
    stem = Stemmer.Stemmer("english").stemWord
    for folder in map(pathlib.Path, folders):
        scores = evaluate(folder, stem)
        print(folder.name, *(f"{name} {mean(values):.3f}" for name, values in scores.items()), sep="  ")


def evaluate(folder, stem):
    """nDCG@10 of each query, under the names of what it belongs to."""
    pages = list(lines(folder, "corpus.jsonl"))
    grades = {}
    for query, page, grade in judgments(folder):
        grades.setdefault(query, {})[page] = grade
    queries = [query for query in lines(folder, "queries.jsonl") if query["_id"] in grades]

    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index([terms(f"{page.get('title', '')} {page['text']}", stem) for page in pages], show_progress=False)
    asked = [terms(query["text"], stem) for query in queries]
    found, _ = index.retrieve(asked, k=min(DEPTH, len(pages)), show_progress=False)

    scores = {"all": [], "tuned": [], "held": []}
    for query, ranking in zip(queries, found):
        of_query = grades[query["_id"]]
        score = ndcg([of_query.get(pages[page]["_id"], 0) for page in ranking], of_query.values())
        half = "held" if xxhash.xxh64_intdigest(query["_id"].encode()) % 2 else "tuned"
        for name in ["all", half, *([query["kind"]] if "kind" in query else [])]:
            scores.setdefault(name, []).append(score)
    return scores


def terms(text, stem):
    found = []
    for whole in IDENTIFIER.findall(text):
        parts = PART.findall(whole)
        found += [stem(part.lower()) for part in parts]
        if len(parts) > 1:
            found.append(whole.lower())
    return found


def ndcg(ranked, judged):
    ideal = gain(sorted(judged, reverse=True)[:DEPTH])
    return gain(ranked) / ideal if ideal else 0.0


def gain(grades):
    return sum(grade / math.log2(rank + 2) for rank, grade in enumerate(grades))


def judgments(folder):
    for line in opened(folder, "qrels.tsv"):
        query, *_, page, grade = line.rstrip("\n").split("\t")
        if grade.lstrip("-").isdigit() and int(grade) > 0:
            yield query, page, int(grade)


def lines(folder, name):
    return map(json.loads, opened(folder, name))


def opened(folder, name):
    plain = folder / name
    if plain.exists():
        return plain.open(encoding="utf-8")
    return gzip.open(f"{plain}.gz", "rt", encoding="utf-8")


def mean(values):
    return sum(values) / len(values)


if __name__ == "__main__":
    main(sys.argv[1:])
