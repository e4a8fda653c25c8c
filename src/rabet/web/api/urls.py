"""Addresses of the API, and its answers when there is no operation to ask."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from rabet.web import problems
from rabet.web.api.operations import api

urlpatterns = [path("api/v1/", api.urls)]


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    del request, exception
    return problems.bad_request()


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    del request, exception
    return problems.bad_request()


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    del request, exception
    return problems.not_found()


def handler500(request: HttpRequest) -> HttpResponse:
    del request
    return problems.own_fault()
