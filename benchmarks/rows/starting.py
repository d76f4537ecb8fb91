"""Rows: what happens once in a process: the import, and everything up to the first response."""

from __future__ import annotations

from functools import partial

from benchmarks import children
from benchmarks.contenders import CONTENDERS
from benchmarks.measure import AION, FASTER, FLOOR, Bar, Plan, Result, in_turns
from benchmarks.payloads import FILE_ID

_FIRST = {
    AION: """
from aion import SyncAionVision
SyncAionVision("aion_fake_key_for_benchmarks_000000", base_url="{url}/api/v2").files.get("{id}")
""",
    FLOOR: """
import httpx, json
json.loads(httpx.Client().get("{url}/api/v2/user-files/{id}").content)
""",
    "openai": """
import openai
openai.OpenAI(api_key="fake", base_url="{url}/openai").files.retrieve("file-1")
""",
    "anthropic": """
import anthropic
client = anthropic.Anthropic(api_key="fake", base_url="{url}/anthropic")
client.beta.files.retrieve_metadata("file-1")
""",
    "stripe": """
import stripe
addresses = {{"api": "{url}/stripe"}}
stripe.StripeClient("sk_test_fake", base_addresses=addresses).v1.customers.retrieve("cus_1")
""",
    "githubkit": """
from githubkit import GitHub
client = GitHub("fake", base_url="{url}/github/", http_cache=False, auto_retry=False)
client.rest.licenses.get("mit").parsed_data
""",
    "huggingface_hub": """
from huggingface_hub import HfApi
HfApi(endpoint="{url}/hf", token="hf_fake").model_info("someone/something")
""",
}


def imported(plan: Plan) -> Result:
    """Measure `import aion` against `import httpx`."""
    result = Result({}, (Bar("cpu", 0.25),))
    codes: dict[str, str] = {}
    for one in CONTENDERS:
        if one.name == FASTER:
            continue
        if (absence := one.absence) is None:
            codes[one.name] = f"import {one.module}"
        else:
            result.missing[one.name] = absence
    return _fresh(result, codes, plan)


def first_call(plan: Plan) -> Result:
    """Import, make a client, make one call."""
    result = Result({}, (Bar("cpu", 1.30),))
    codes: dict[str, str] = {}
    for one in CONTENDERS:
        if one.name not in _FIRST:
            continue
        if (absence := one.absence) is None:
            codes[one.name] = _FIRST[one.name].format(url=plan.url, id=FILE_ID)
        else:
            result.missing[one.name] = absence
    return _fresh(result, codes, plan)


def _fresh(result: Result, codes: dict[str, str], plan: Plan) -> Result:
    for code in codes.values():
        # The first run writes byte code, and brings files into the cache.
        children.clocked(code)
    turns = {name: partial(children.clocked, code) for name, code in codes.items()}
    result.samples = in_turns(turns, plan.repeats)
    return result
