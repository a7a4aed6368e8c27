"""The only composer: `create_app` puts the shop together and lists what it is made of."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

import storefront.audit.jobs
import storefront.catalog.exchange.jobs
import storefront.catalog.exchange.models
import storefront.catalog.jobs
import storefront.mail.jobs
import storefront.media.jobs
import storefront.pages.models
import storefront.partners.jobs
import storefront.payments.jobs
import storefront.revisions.keeping  # noqa: F401
from config import Settings
from storefront.accounts import cli as accounts_cli
from storefront.accounts import jobs as accounts_jobs  # noqa: F401
from storefront.accounts import routes as accounts
from storefront.accounts import security as accounts_security
from storefront.admin import area as admin
from storefront.admin import (  # noqa: F401
    audit_trail,
    changes,
    collections,
    dashboard,
    imports,
    notes,
    nouns,
    own_security,
    people,
    shelves,
    stock,
    views,
    workshops,
)
from storefront.admin import cli as admin_cli
from storefront.admin import models as admin_models  # noqa: F401
from storefront.admin import shipping as admin_shipping  # noqa: F401
from storefront.admin.products import bulk as product_bulk  # noqa: F401
from storefront.admin.products import editor as product_editor  # noqa: F401
from storefront.admin.products import listing as product_listing  # noqa: F401
from storefront.admin.products import pictures as product_pictures  # noqa: F401
from storefront.admin.products import stock as product_stock  # noqa: F401
from storefront.admin.stories import agreeing, approving, desk, drawing, letters, listing, receipt, withdrawal, writing  # noqa: F401
from storefront.admin.words import announcements, help_lines, texts  # noqa: F401
from storefront.admin.words import articles as admin_articles  # noqa: F401
from storefront.articles import cli as articles_cli
from storefront.articles import routes as articles
from storefront.audit import cli as audit_cli
from storefront.cart import jobs as cart_jobs  # noqa: F401
from storefront.cart import routes as cart
from storefront.catalog import routes as catalog
from storefront.checkout import routes as checkout
from storefront.db import db
from storefront.demo import cli as demo_cli
from storefront.jobs import cli as jobs_cli
from storefront.mail.connection import FileConnection, MailConnection, SmtpConnection
from storefront.media import routes as media
from storefront.operations import cli as operations_cli
from storefront.orders import routes as orders
from storefront.orders.keys import order_link
from storefront.pages import routes as pages
from storefront.partners import routes as partners
from storefront.payments import cli as payments_cli
from storefront.payments import routes as payments
from storefront.payments.stripe_gateway import RETURN_PAGE, WEB, WORKER, HTTPClient, Patience, StripeGateway
from storefront.safety import cli as safety_cli
from storefront.safety import routes as safety
from storefront.stories import cli as stories_cli
from storefront.stories import jobs as stories_jobs  # noqa: F401
from storefront.stories import routes as stories
from storefront.stripe_emulator import cli as stripe_emulator_cli
from storefront.web import assets, error_pages, filters, health, hosts, logs, security

ROOT = Path(__file__).parents[1]
BLUEPRINTS = (
    health, accounts, admin, media, pages, catalog, stories, articles, partners, safety, cart, checkout, orders,
    payments,
)  # fmt: skip
COMMANDS = (
    accounts_cli.accounts,
    admin_cli.admin,
    articles_cli.articles,
    audit_cli.audit,
    jobs_cli.jobs,
    demo_cli.demo,
    operations_cli.operations,
    payments_cli.payments,
    safety_cli.safety,
    stories_cli.stories,
    stripe_emulator_cli.stripe_emulator,
)


@dataclass(frozen=True, slots=True)
class Outside:
    """The connections that a job may use."""

    stripe: StripeGateway
    mail: MailConnection


def create_app(
    settings: Settings, *, stripe_http: HTTPClient | None = None, mail: MailConnection | None = None
) -> Flask:
    """The shop as a WSGI application. It migrates nothing, asks nothing and opens no connection."""
    app = Flask(
        "storefront", root_path=str(ROOT / "storefront"), template_folder=str(ROOT / "templates"), static_folder=None
    )
    app.config.update(SECRET_KEY=settings.secret_key, SQLALCHEMY_DATABASE_URI=settings.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    app.extensions["settings"] = settings
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=True, render_as_batch=False)
    _connect_outside(app, settings, stripe_http, mail)
    for part in (logs, security, assets, filters, error_pages, accounts_security):
        part.init_app(app)
    app.jinja_env.globals |= {"settings": settings, "order_link": order_link}
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    for group in COMMANDS:
        app.cli.add_command(group)
    app.wsgi_app = hosts.HostGate(app.wsgi_app, shop_host=settings.shop_host)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        trusted = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted, x_host=0)  # type: ignore[method-assign]
    return app


def _connect_outside(app: Flask, settings: Settings, http: HTTPClient | None, mail: MailConnection | None) -> None:
    slots = threading.BoundedSemaphore(max(1, settings.web_threads // 2))

    def gateway(patience: Patience, slots: threading.BoundedSemaphore | None = None) -> StripeGateway:
        return StripeGateway(
            secret_key=settings.stripe_secret_key,
            webhook_secrets=settings.stripe_webhook_secrets,
            api_base=settings.stripe_api_base,
            patience=patience,
            http=http,
            slots=slots,
        )

    mail = mail or (
        SmtpConnection(settings.smtp_url) if settings.smtp_url else FileConnection(settings.instance_dir / "mail")
    )
    app.extensions["stripe"], app.extensions["stripe_quick"] = gateway(WEB, slots), gateway(RETURN_PAGE, slots)
    app.extensions["outside"] = Outside(stripe=gateway(WORKER), mail=mail)


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10}}
    size = settings.web_threads + 1
    return {"pool_size": size, "max_overflow": size, "pool_pre_ping": True, "pool_recycle": 1800}
