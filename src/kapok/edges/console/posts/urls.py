"""Addresses of posts, absences, rosters and skills."""

from __future__ import annotations

from django.urls import URLPattern, path

from kapok.edges.console.posts import absences, personnel, roster, views

urlpatterns: list[URLPattern] = [
    path("posts", views.posts_list, name="posts"),
    path("posts/new", views.open_post, name="open-post"),
    path("posts/<slug:code>", views.post, name="post"),
    path("posts/<slug:code>/fill", views.fill, name="fill-post"),
    path("posts/<slug:code>/exchange", views.exchange, name="exchange-post"),
    path("posts/<slug:code>/accept-time", views.change_accept_time, name="accept-time"),
    path("posts/<slug:code>/take-over", views.take_over, name="take-over"),
    path("posts/<slug:code>/hand-back", views.hand_back, name="hand-back"),
    path("posts/<slug:code>/role", views.attach_role, name="post-role"),
    path("posts/<slug:code>/close", views.close_post, name="close-post"),
    path("personnel", personnel.look, name="import-people"),
    path("personnel/confirm", personnel.confirm, name="confirm-people"),
    path("absences", absences.calendar, name="absences"),
    path("absences/new", absences.ask, name="ask-leave"),
    path("absences/<uuid:absence>/grant", absences.grant, name="grant-leave"),
    path("absences/<uuid:absence>/withdraw", absences.withdraw, name="withdraw-leave"),
    path("roster", roster.week, name="roster"),
    path("roster/plan", roster.plan, name="plan-shift"),
    path("roster/clear", roster.clear, name="clear-shift"),
    path("roster/shifts", roster.define_shift, name="define-shift"),
    path("skills", roster.skills, name="skills"),
    path("skills/award", roster.award, name="award-skill"),
    path("skills/new", roster.define_skill, name="define-skill"),
]
