"""Addresses of the pages, made from the table of routes and nothing else."""

from django.urls import re_path

from rabet.web.routes import ROUTES

urlpatterns = [re_path(route.pattern, route.view, name=name) for name, route in ROUTES.items()]
handler400 = "rabet.web.guard.bad_request"
handler403 = "rabet.web.guard.forbidden"
handler404 = "rabet.web.guard.not_found"
handler500 = "rabet.web.guard.own_fault"
