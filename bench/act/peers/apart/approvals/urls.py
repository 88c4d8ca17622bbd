"""The paths, as everywhere in the measurement."""

from django.urls import path

from bench.act.peers.apart.approvals import views

urlpatterns = [
    path("v1/cases", views.start),
    path("v1/cases/<str:case_id>/steps/<str:step>", views.act),
]
