"""A page with charts, for the browser."""

from __future__ import annotations

from django.http import HttpResponse
from django.template import engines
from django.urls import path

from kapok.config.urls import urlpatterns as pages
from kapok.edges.console.charts import Series, bars, lines
from kapok.edges.console.screen import EVERYBODY, ScreenRequest, screen

WEEKS = [f"第{n}周" for n in range(1, 9)]
PAGE = """{% extends "console/base.html" %}{% block title %}图{% endblock %}{% block heading %}图{% endblock %}{% block content %}
<div class="row row-cards">{% for drawing in drawings %}<div class="col-lg-6"><div class="card"><div class="card-body">{% chart drawing %}</div></div></div>{% endfor %}</div>
{% endblock %}"""  # noqa: E501  # a template


@screen(permission=EVERYBODY)
def charts(request: ScreenRequest) -> HttpResponse:
    kept, broken = (
        Series("兑现", [92, 95, 91, 97, 88, 96, 99, 94], "good"),
        Series("违约", [8, 5, 9, 3, 12, 4, 1, 6], "bad"),
    )
    drawings = [
        bars("每周承诺", WEEKS, [kept, broken], unit="件", stacked=True),
        lines(
            "每周用时",
            WEEKS,
            [Series("P50", [3.5, 4, None, 5, 3, 2, 4, 4.2]), Series("P95", [9, 8, 7, 11, 9, 8, 7, 6])],
            unit="小时",
        ),
        bars(
            "最慢的三段",
            ["资源核查", "外线施工", "客户签收"],
            [Series("等待", [12.5, 30.25, 4])],
            unit="小时",
            lying=True,
        ),
    ]
    return HttpResponse(engines["django"].from_string(PAGE).render({"drawings": drawings}, request))


urlpatterns = [path("charts", charts), *pages]
