"""`kapok packs`: check rule packs, list and read the shipped ones, print their schema."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kapok.cli import language, say
from kapok.kernel import promises
from kapok.kernel.promises import Pack, PackRefused
from kapok.kernel.text import Text

SUMMARY = Text(
    zh="{packs} 个规则包，{promises} 条承诺，{findings} 个问题",
    en="{packs} {packs:pack|packs}, {promises} {promises:promise|promises}, {findings} {findings:finding|findings}",
)


@click.group(help=Text(zh="检验、列出、阅读规则包。", en="Check, list and read rule packs.").in_(language()))
def packs() -> None:
    """Check, list and read rule packs."""


@packs.command(
    help=Text(zh="检验规则包文件；有问题则退出码为 1。", en="Check pack files; exit code 1 if anything is wrong.").in_(
        language()
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Print every finding as `file:line: what, and the remedy`, and a count at the end."""
    counted = found = 0
    for file in files:
        try:
            counted += len(promises.load(file).promises)
        except PackRefused as refusal:
            found += len(refusal.findings)
            click.echo(refusal.text.in_(language()))
    say(SUMMARY, packs=len(files), promises=counted, findings=found)
    sys.exit(1 if found else 0)


@packs.command("list", help=Text(zh="列出随附的规则包。", en="List the shipped packs.").in_(language()))
def list_() -> None:
    """Print name, version, title, number of promises and label of each shipped pack."""
    for path in promises.available():
        try:
            click.echo(_headline(promises.load(path)))
        except PackRefused as refusal:
            click.echo(refusal.text.in_(language()), err=True)


@packs.command(help=Text(zh="逐条显示一个规则包。", en="Show the promises of one pack.").in_(language()))
@click.argument("name")
def show(name: str) -> None:
    """Print a pack promise by promise: title, time, clause, evidence."""
    pack = promises.load(promises.find(name))
    click.echo(_headline(pack))
    for promise in pack.promises:
        click.echo("\n" + promises.summary(promise, pack).in_(language()))
    for duty in pack.duties:
        click.echo(f"\n{duty.code}  {duty.title.in_(language())}\n  {duty.text.in_(language())}")


@packs.command(help=Text(zh="输出规则包的 JSON Schema。", en="Print the JSON Schema of packs.").in_(language()))
def schema() -> None:
    """Print the schema that docs/schema/pack.schema.json holds."""
    click.echo(promises.schema_text(), nl=False)


def _headline(pack: Pack) -> str:
    label = f"  [{pack.label.in_(language())}]" if pack.label else ""
    return f"{pack.code} {pack.version}  {pack.title.in_(language())}  ({len(pack.promises)}){label}"
