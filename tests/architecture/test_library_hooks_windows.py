"""Hooks into Streamlit, where many windows are open."""

from __future__ import annotations

import inspect

import pandas as pd
from library_hooks import relies_on


@relies_on(
    "streamlit",
    "app_session._populate_theme_msg(message, section), which each run of a page calls by that name",
    used_by="pages/server/themes.py",
    to="read the theme once, not with every run",
    gone="streamlit.runtime.app_session._populate_theme_msg",
)
def test_streamlit_fills_in_themes_by_a_function_of_that_name():
    from streamlit.runtime import app_session

    assert list(inspect.signature(app_session._populate_theme_msg).parameters) == ["msg", "section"]
    assert "_populate_theme_msg(msg.new_session.custom_theme)" in inspect.getsource(app_session.AppSession._create_new_session_message)


@relies_on(
    "streamlit",
    "script_run_context.ThreadState.get().fragment_id, and BackMsg.rerun_script with is_auto_rerun and that id",
    used_by="pages/components/shared/followers.py",
    to="tell timers of the banner from others",
    gone="streamlit.runtime.scriptrunner_utils.script_run_context.ThreadState.get",
)
def test_streamlit_knows_which_fragment_runs():
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

    ThreadState.initialize(fragment_id="one")
    assert ThreadState.get().fragment_id == "one"
    back = BackMsg()
    back.rerun_script.fragment_id, back.rerun_script.is_auto_rerun = "one", True
    assert back.WhichOneof("type") == "rerun_script"


@relies_on(
    "streamlit",
    "AppSession's _on_scriptrunner_event, _handle_scriptrunner_event_on_event_loop and _call_soon_on_event_loop, and Runtime._enqueued_some_message",
    used_by="pages/server/batches.py",
    to="hand elements to the event loop in batches",
    gone="streamlit.runtime.app_session.AppSession._call_soon_on_event_loop",
)
def test_streamlit_tells_its_event_loop_of_each_element():
    from streamlit.runtime import Runtime
    from streamlit.runtime.app_session import AppSession

    heard, handled = (
        inspect.signature(each).parameters for each in (AppSession._on_scriptrunner_event, AppSession._handle_scriptrunner_event_on_event_loop)
    )
    assert list(heard) == list(handled)
    assert list(heard)[:4] == ["self", "sender", "event", "forward_msg"]
    assert list(inspect.signature(AppSession._call_soon_on_event_loop).parameters) == ["self", "callback"]
    assert "self._event_loop.call_soon_threadsafe(callback)" in inspect.getsource(AppSession._call_soon_on_event_loop)
    assert list(inspect.signature(AppSession.request_rerun).parameters) == ["self", "client_state"]
    assert "async_objs.eventloop.call_soon_threadsafe(async_objs.need_send_data.set)" in inspect.getsource(Runtime._enqueued_some_message)


@relies_on(
    "streamlit",
    "dataframe_util.convert_pandas_df_to_arrow_bytes(df), which st.dataframe calls by that name with the table that it was given",
    used_by="pages/server/table_bytes.py",
    to="write a table once for all windows",
    gone="streamlit.dataframe_util.convert_pandas_df_to_arrow_bytes",
)
def test_streamlit_writes_tables_by_a_function_of_that_name():
    from streamlit import dataframe_util
    from streamlit.elements import arrow

    table = pd.DataFrame({"y": [1]})
    assert next(iter(inspect.signature(dataframe_util.convert_pandas_df_to_arrow_bytes).parameters)) == "df"
    assert dataframe_util.convert_anything_to_pandas_df(table, ensure_copy=False) is table
    assert "dataframe_util.convert_pandas_df_to_arrow_bytes(" in inspect.getsource(arrow.ArrowMixin.dataframe)
