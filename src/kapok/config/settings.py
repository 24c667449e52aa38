"""Django's settings. Everything that differs between installations comes from `config.environment`."""

from __future__ import annotations

import secrets
import sys
import warnings
from datetime import time, timedelta
from pathlib import Path

import django

from kapok.config import environment
from kapok.ground.customers.languages import LANGUAGES as LANGUAGES_SPOKEN
from kapok.ground.notices.rules import Told

PACKAGE = Path(__file__).resolve().parent.parent
CONSOLE = PACKAGE / "edges" / "console"
SELFCARE = PACKAGE / "edges" / "selfcare"
WIDGETS = Path(django.__file__).parent / "forms" / "templates"
HOME = environment.home()
DEBUG = environment.flag("KAPOK_DEBUG")
DEMO = environment.flag("KAPOK_DEMO")
HTTPS = environment.flag("KAPOK_HTTPS")

# Without a key, commands and tests get one for the occasion; `config.wsgi` refuses to serve with it.
SECRET_KEY = environment.text("KAPOK_SECRET_KEY", secrets.token_urlsafe(50))
# From which the secrets of lines are made. It outlives the key of the sessions; where none is given that one serves for both.
LINE_KEY = environment.text("KAPOK_LINE_KEY", SECRET_KEY)
ALLOWED_HOSTS = environment.names("KAPOK_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
ROOT_URLCONF = "kapok.config.urls"
WSGI_APPLICATION = "kapok.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "axes",
    "kapok.ground.journal",
    "kapok.ground.people",
    "kapok.ground.posts",
    "kapok.ground.places",
    "kapok.ground.customers",
    "kapok.ground.catalog",
    "kapok.ground.commitments",
    "kapok.ground.notices",
    "kapok.ground.work",
    "kapok.network.inventory",
    "kapok.network.activation",
    "kapok.back.workforce",
    "kapok.chain.ordering",
    "kapok.front.channels",
    "kapok.supervision.mining",
    "kapok.edges.console",
    "kapok.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "kapok.edges.console.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kapok.edges.console.middleware.idle_sessions",
    "django.middleware.locale.LocaleMiddleware",
    "kapok.edges.console.middleware.clean_text",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kapok.edges.console.middleware.language_of_person",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # A console area keeps its templates beside its views: edges/console/AREA/templates/AREA/….
        "DIRS": [CONSOLE / "templates", *sorted(CONSOLE.glob("*/templates")), SELFCARE / "templates", WIDGETS],
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])
                if not DEBUG
                else "django.template.loaders.filesystem.Loader"
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "kapok.edges.console.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "kapok.edges.console.templatetags.kapok"],
        },
    }
]

# Widgets are drawn by the same templates: the console writes a long list of choices in one piece.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": environment.database(
        environment.text("KAPOK_DATABASE_URL", "postgresql:///kapok"), environment.number("KAPOK_DATABASE_POOL", 0)
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People: who may come in, and how often they may be wrong.
AUTH_USER_MODEL = "people.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "console:sign-in"
LOGIN_REDIRECT_URL = "console:home"
PROXIES = environment.number("KAPOK_PROXIES", 0)
AXES_FAILURE_LIMIT = environment.number("KAPOK_SIGN_IN_FAILURES", 5)
AXES_COOLOFF_TIME = timedelta(minutes=environment.number("KAPOK_SIGN_IN_COOL_OFF_MINUTES", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "kapok.edges.console.signing.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "kapok.edges.console.signing.address.client_address"

SESSION_COOKIE_AGE = environment.number("KAPOK_SESSION_MINUTES", 480) * 60
SESSION_COOKIE_NAME = "kapok_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "kapok_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "kapok.edges.console.refusals.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Languages: Chinese and English, each module with its own catalogue.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "kapok_language"
LANGUAGE_COOKIE_AGE = 31_536_000
LOCALE_PATHS = sorted(PACKAGE.glob("**/locale"))
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("KAPOK_TIME_ZONE", "Asia/Shanghai")

# Static files: straight from the package, or collected, compressed and named by their content where
# `kapok manage collectstatic` has been run.
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [CONSOLE / "static", *sorted(CONSOLE.glob("*/static")), SELFCARE / "static"]
# The command that collects must already use the storage that names files by their content.
COLLECTED = "collectstatic" in sys.argv or (STATIC_ROOT / "staticfiles.json").is_file()
WHITENOISE_USE_FINDERS = not COLLECTED
warnings.filterwarnings(
    "ignore", message="No directory at", module="django.core.handlers.base"
)  # nothing collected: as meant
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
UPLOAD_MEGABYTES = environment.number("KAPOK_UPLOAD_MB", 2048)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a map names many values
FILE_UPLOAD_TEMP_DIR = None

# Work in the background: a worker that has been silent for so long is dead, and its jobs are given to others.
STALLED_WORKER_SECONDS = 12
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": STALLED_WORKER_SECONDS / 4,
    "stalled_worker_timeout": STALLED_WORKER_SECONDS,
    "delete_jobs": "successful",
}

# Each says of a customer (by identifier) what binds it still; while one does, its personal data are not erased.
CUSTOMER_HOLDS: list[str] = [
    "kapok.network.inventory.queries.still_served",
    "kapok.chain.ordering.queries.still_ordered",
    "kapok.front.channels.personal.still_asked",
]
# Each says of a billing account (by identifier) what uses it still; while one does, it is not closed.
ACCOUNT_USES: list[str] = ["kapok.network.inventory.queries.billed_on", "kapok.chain.ordering.queries.ordered_on"]
# Each says what a module holds of a customer (by identifier), for whoever asks for their data.
CUSTOMER_EXPORTERS: list[str] = [
    "kapok.network.inventory.personal.export",
    "kapok.chain.ordering.personal.export",
    "kapok.front.channels.personal.export",
]
# Each makes a module forget a customer (by identifier), within the transaction of the erasure.
CUSTOMER_ERASERS: list[str] = [
    "kapok.network.inventory.personal.erase",
    "kapok.chain.ordering.personal.erase",
    "kapok.front.channels.personal.erase",
]
# How long is kept what need not be kept for ever: attempts at the customers' door and one-time codes; under which key a form or a
# phone told something, so that it is done once; what somebody who is no customer left and wrote, once the matter is closed; RADIUS
# sessions that have ended (network logs are kept for six months by law).
DOOR_KEPT = timedelta(days=environment.number("KAPOK_DOOR_DAYS", 7))
REPEATS_KEPT = timedelta(days=environment.number("KAPOK_REPEATS_DAYS", 90))
STRANGERS_KEPT = timedelta(days=environment.number("KAPOK_STRANGER_DAYS", 90))
CONTACTS_KEPT = timedelta(days=environment.number("KAPOK_CONTACT_DAYS", 90))
ACCOUNTING_KEPT = timedelta(days=environment.number("KAPOK_ACCOUNTING_DAYS", 184))

# Called with what was recorded together, within the transaction that records it; whoever raises there undoes the verb.
JOURNAL_WITNESSES = [
    "kapok.ground.commitments.reactions.witness",
    "kapok.ground.posts.watching.witness",
    "kapok.ground.work.reactions.witness",
    "kapok.back.workforce.reactions.witness",
    "kapok.chain.ordering.reactions.witness",
    "kapok.front.channels.answering.witness",
]

# Where flows find the promises that they serve: called with the code of a pack.
FLOW_PACKS = "kapok.ground.commitments.registry.in_force"

# Where posts learn whether A has let an offer pass unaccepted: called with the person, the unit and the moment.
POSTS_SILENCE = "kapok.ground.work.baton.queries.left_unanswered"

# Work: how long an offer may wait before it counts against the receiver, what is tolerated, and which unit judges.
WORK_ACCEPT_MINUTES = environment.number("KAPOK_ACCEPT_MINUTES", 30)
WORK_ACCEPT_URGENT_MINUTES = environment.number("KAPOK_ACCEPT_URGENT_MINUTES", 10)
WORK_TRANSFERS_TOLERATED = environment.number("KAPOK_TRANSFERS_TOLERATED", 2)
WORK_COLD_TRANSFERS_TOLERATED = environment.number("KAPOK_COLD_TRANSFERS_TOLERATED", 1)
# Of a kind of matter which others are locked with it, in their order, before one is cancelled: a function of its subject.
WORK_TOGETHER = {"order": "kapok.chain.ordering.rows.together"}
WORK_JUDGE_UNIT = environment.text("KAPOK_JUDGE_UNIT", "response")

# Commitments: how long the request for a pause waits for somebody's approval before it lapses.
# The scheduler: when a clock that makes firing fail is tried again at first, and after how many attempts it is given up.
FIRING_RETRY_AFTER = timedelta(seconds=environment.number("KAPOK_FIRING_RETRY_SECONDS", 5))
FIRING_ATTEMPTS = environment.number("KAPOK_FIRING_ATTEMPTS", 8)
PAUSE_APPROVAL_WITHIN = timedelta(hours=environment.number("KAPOK_PAUSE_APPROVAL_HOURS", 24))

# Activation: which elements serve a kind of service, in the order in which they are told (nothing after the `=`: it needs none);
# where the RADIUS server answers, which access servers are told of a suspension (address, port, secret), the realm of voice lines,
# how late a slow simulated element is.
ACTIVATION_TARGETS = environment.targets(
    "KAPOK_ACTIVATION_TARGETS",
    "fixed_broadband=olt,radius; fixed_voice=switch; wireless=sip; mobile=sip; leased_line=switch; ethernet=switch;"
    "payphone=switch; iptv=olt; dial_up=radius; data=",
)
RADIUS_SERVER = environment.text("KAPOK_RADIUS_SERVER")
RADIUS_SECRETS = environment.access_servers("KAPOK_RADIUS_NAS", "127.0.0.1")
SIP_REALM = environment.text("KAPOK_SIP_REALM", "voice.kapok")
# Where there is no server that a test could ask, the record is compared: that counts in a demonstration, else a person decides.
ACTIVATION_TRUSTS_RECORD = environment.flag("KAPOK_TRUST_RECORD") or DEMO
SIMULATED_SLOW_SECONDS = environment.number("KAPOK_SIMULATED_SLOW_SECONDS", 2)
# Inventory: how far an access point may be from an address that none covers.
INVENTORY_REACH_METRES = environment.number("KAPOK_REACH_METRES", 120)

# Ordering: how long a step is in the hands of who took it; after what time a failed one is tried again (then after twice as long,
# up to a longest time) and how often; how long resources are kept for an order; after how many days whoever took an unpaid order
# is reminded, and how many days later it lapses (0: never); how often it is looked who will be late; who knows what is owed; which
# kind of area ours is; in how many months a customer may try an offer once, and how long a trial goes on that somebody extends;
# how long callers of a changed number are told the new one, and the old one rests at least; how many days after its completion
# rent begins to count, or no longer counts (0: the same day).
ORDERING_LEASE = timedelta(seconds=environment.number("KAPOK_ORDERING_LEASE_SECONDS", 120))
ORDERING_RETRY_FIRST = timedelta(seconds=environment.number("KAPOK_ORDERING_RETRY_SECONDS", 15))
ORDERING_RETRY_LONGEST = timedelta(minutes=environment.number("KAPOK_ORDERING_RETRY_LONGEST_MINUTES", 30))
ORDERING_ATTEMPTS = environment.number("KAPOK_ORDERING_ATTEMPTS", 6)
ORDERING_RESERVED_FOR = timedelta(days=environment.number("KAPOK_ORDERING_RESERVED_DAYS", 7))
ORDERING_UNPAID_REMIND = timedelta(days=environment.number("KAPOK_UNPAID_REMIND_DAYS", 5))
ORDERING_UNPAID_LAPSE = timedelta(days=environment.number("KAPOK_UNPAID_LAPSE_DAYS", 9))
ORDERING_FORECAST_EVERY = timedelta(minutes=environment.number("KAPOK_ORDERING_FORECAST_MINUTES", 5))
ORDERING_DEBTS = environment.text("KAPOK_ORDERING_DEBTS")
ORDERING_AREA = environment.text("KAPOK_ORDERING_AREA", "urban")
ORDERING_TRIAL_MONTHS = environment.number("KAPOK_TRIAL_MONTHS", 12)
ORDERING_TRIAL_EXTENDED_FOR = timedelta(days=environment.number("KAPOK_TRIAL_EXTENDED_DAYS", 14))
ORDERING_INTERCEPTION = timedelta(days=environment.number("KAPOK_INTERCEPTION_DAYS", 45))
ORDERING_BILLS_AFTER = timedelta(days=environment.number("KAPOK_BILLS_AFTER_DAYS", 1))

# Field work: when the windows of a day open and close by our clock, and how many hours each has; who dispatches for every unit;
# what dispatch weighs (an hour of slack, a kilometre of travel, a visit to the same place before); how many work orders a
# technician may have in hand; how large a photo may be; by which words the flows ask for what a phone can give (a photo, readings
# of a test, a signature).
WORKFORCE_OPENS = time(environment.number("KAPOK_WINDOWS_OPEN_HOUR", 8))
WORKFORCE_CLOSES = time(environment.number("KAPOK_WINDOWS_CLOSE_HOUR", 20))
WORKFORCE_WINDOW_HOURS = environment.number("KAPOK_WINDOW_HOURS", 2)
WORKFORCE_DISPATCH_UNIT = environment.text("KAPOK_DISPATCH_UNIT", "dispatch")
WORKFORCE_WEIGH_SLACK = environment.number("KAPOK_WEIGH_SLACK", 10)
WORKFORCE_WEIGH_TRAVEL = environment.number("KAPOK_WEIGH_TRAVEL", 5)
WORKFORCE_WEIGH_CONTINUITY = environment.number("KAPOK_WEIGH_CONTINUITY", 8)
WORKFORCE_OPEN_LOAD = environment.number("KAPOK_OPEN_WORK_ORDERS", 8)
WORKFORCE_RATE_GOOD_PERCENT = environment.number("KAPOK_RATE_GOOD_PERCENT", 90)
WORKFORCE_RATE_LEAST_PERCENT = environment.number("KAPOK_RATE_LEAST_PERCENT", 80)
WORKFORCE_PICTURE_MEGABYTES = environment.number("KAPOK_PHOTO_MB", 8)
WORKFORCE_PROOFS = environment.targets(
    "KAPOK_PROOF_WORDS", "photo=照片,photo; test=测试,test; signature=签,确认,sign,confirm"
)

# Who sends one-time codes to customers, e.g. by SMS: a function of the number and the words. Nobody without it.
CODE_SENDER = environment.text("KAPOK_CODE_SENDER")
# In which form telephone numbers are kept and compared: without the prefixes, with the area code that a local number leaves out.
NUMBERING = environment.numbering("KAPOK_NUMBERING", "country=86, trunk=0, area=20, local=8, longest=11")
# By what customers know who answers for what they asked: name, (staff) number, nobody.
FIRST_CONTACT_SHOWN = environment.choice("KAPOK_FIRST_CONTACT_SHOWN", "name", ("name", "number", "nobody"))
# The languages in which customers are spoken with; the first is spoken by everybody of the operator, each other one is a skill.
SPOKEN_LANGUAGES = environment.row("KAPOK_SPOKEN_LANGUAGES", "zh, yue, en, ja, ko", LANGUAGES_SPOKEN)

# The module that knows of a kind of matter where its visit is, what it takes and whose it is, and puts it off for the field.
WORKFORCE_MATTERS = {"order": "kapok.chain.ordering.fieldwork"}

# Notices: who is told of what becomes of a promise, how many heads after the nearest, how long a seen one is kept.
NOTICES_TELL = {
    "commitments.warned": environment.choices("KAPOK_TELL_OF_WARNING", "owner,deputy,head", Told),
    "commitments.breached": environment.choices("KAPOK_TELL_OF_BREACH", "owner,deputy,head,above", Told),
    "commitments.owed": environment.choices("KAPOK_TELL_OF_OWED", "owner,head", Told),
    "commitments.corrected": environment.choices("KAPOK_TELL_OF_CORRECTION", "owner,head,before", Told),
    "ordering.in_jeopardy": environment.choices("KAPOK_TELL_OF_JEOPARDY", "owner", Told),
    "ordering.payment_due": environment.choices("KAPOK_TELL_OF_UNPAID", "owner", Told),
    "ordering.deferral_over": environment.choices("KAPOK_TELL_OF_GOING_ON", "owner", Told),
}
NOTICES_ABOVE = environment.number("KAPOK_TELL_HEADS_ABOVE", 1)
NOTICES_KEPT = timedelta(days=environment.number("KAPOK_NOTICE_DAYS", 90))

# An entry that a subscriber of the journal could not take is tried again after so long, then after twice as long, …
DELIVERY_RETRY_AFTER = timedelta(seconds=environment.number("KAPOK_DELIVERY_RETRY_SECONDS", 5))
DELIVERY_ATTEMPTS = environment.number("KAPOK_DELIVERY_ATTEMPTS", 8)
# Entries are sealed when so much time has passed since the last seal, or sooner where there are many.
# How far ahead of the present an entry may be dated.
JOURNAL_AHEAD = timedelta(days=environment.number("KAPOK_JOURNAL_AHEAD_DAYS", 3660))
SEAL_EVERY = timedelta(seconds=environment.number("KAPOK_SEAL_SECONDS", 60))
# Where entries are relayed to as CloudEvents, e.g. nats://127.0.0.1:4222; nowhere without it.
NATS_URL = environment.text("KAPOK_NATS_URL")
NATS_REPLICAS = environment.number("KAPOK_NATS_REPLICAS", 1)

# What `kapok manage demo` loads, in this order.
DEMO_LOADERS = [
    "kapok.ground.people.demo.load",
    "kapok.ground.posts.demo.load",
    "kapok.ground.places.demo.load",
    "kapok.ground.customers.demo.load",
    "kapok.network.inventory.demo.load",
    "kapok.ground.commitments.demo.load",
    "kapok.ground.catalog.demo.load",
    "kapok.ground.catalog.offering.demo.load",
    "kapok.ground.work.demo.load",
    "kapok.chain.ordering.demo.load",
    "kapok.back.workforce.demo.load",
    "kapok.front.channels.demo.load",
    "kapok.supervision.mining.demo.load",
]

# The keeper: by how much the machine's clock may step without being doubted, and how long a jump must last to be followed.
CLOCK_TOLERANCE = timedelta(seconds=environment.number("KAPOK_CLOCK_TOLERANCE_SECONDS", 60))
CLOCK_SETTLE = timedelta(minutes=environment.number("KAPOK_CLOCK_SETTLE_MINUTES", 5))

FAILURES = HOME / "log" / "failures.jsonl"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"failure": {"()": "kapok.edges.console.health.failures.FailureFormatter"}},
    "handlers": {
        "failures": {
            "class": "kapok.edges.console.health.failures.FailureFile",
            "formatter": "failure",
            "level": "ERROR",
            "filename": FAILURES,
        },
        "console": {"class": "logging.StreamHandler"},
    },
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING"},
        # What strangers send amiss (a foreign host name, a forged cookie) is no failure of ours, and would push those out.
        "django.security": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "axes": {"handlers": ["console"], "level": "ERROR"},
        "kapok.keeper": {"handlers": ["console"], "level": "INFO"},
    },
    "root": {"handlers": ["failures"], "level": "WARNING"},
}
