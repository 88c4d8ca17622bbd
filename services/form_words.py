"""What stands on printed forms beside what was recorded, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.values import Language, Scalar

_ISO: Final = re.compile(r"(?<![\d-])(?<!如)(?<!as )\d{4}-\d{2}-\d{2}(?![\d-])")
"""A day in a sentence, and none that shows how days are typed."""
_BLANK: Final = "＿＿＿＿＿＿"
_BLANK_DAY: Final[Mapping[Language, str]] = {"zh": "＿＿＿＿年＿＿月＿＿日", "en": "________________ (day)"}
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Words:
    """Labels and sentences of forms in one language."""

    def __init__(self, language: Language) -> None:
        """Keep the language."""
        self.language = language

    def __getitem__(self, name: str) -> str:
        """Return what a label says."""
        zh, en = _LABELS[name]
        return zh if self.language == "zh" else en

    def say(self, name: str, **given: str) -> str:
        """Return a sentence; what is not recorded is a place to write it."""
        zh, en = _SENTENCES[name]
        said = {key: value or _BLANK for key, value in given.items()}
        return (zh if self.language == "zh" else en).format_map(said)

    def day(self, given: date | None) -> str:
        """Return a day as it is written on papers; nothing where there is none."""
        if given is None:
            return ""
        if self.language == "zh":
            return f"{given.year}年{given.month}月{given.day}日"
        return f"{given.day} {_MONTHS[given.month - 1]} {given.year}"

    def dated(self, sentence: str) -> str:
        """Return a sentence with its days as they are written on papers; the record writes 2026-06-01."""

        def said(found: re.Match[str]) -> str:
            try:
                return self.day(date.fromisoformat(found[0]))
            except ValueError:
                return found[0]

        return _ISO.sub(said, sentence)

    def moment(self, given: str) -> str:
        """Return a moment of the record, as it has it in UTC, with its day as days are written."""
        return f"{self.dated(given[:10])} {given[11:19]}"

    def day_or_line(self, given: date | None) -> str:
        """Return a day, or a place to write it."""
        return _BLANK_DAY[self.language] if given is None else self.day(given)

    def answer(self, value: Scalar) -> str:
        """Return an answer to a field; a day in the words of the language."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return self["yes"] if value else self["no"]
        if isinstance(value, str) and len(value) == len("2026-06-01"):
            try:
                return self.day(date.fromisoformat(value))
            except ValueError:
                return value
        return str(value)

    def article(self, source: str, basis: str | None) -> str:
        """Return the article a step rests on; nothing where there is none."""
        if not basis or not basis[:1].isdigit():
            return ""
        if self.language == "zh":
            return f"{source}第{basis}条"
        return f"{source}, article {basis}" if source else f"article {basis}"

    def labelled(self, label: str, said: str) -> str:
        """Return what is said, with its label before it."""
        return f"{label}：{said}" if self.language == "zh" else f"{label}: {said}"

    def listed(self, names: list[str]) -> str:
        """Return several names as one text."""
        return ("、" if self.language == "zh" else ", ").join(name for name in names if name)


_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "person": ("姓名", "Name"),
    "unit": ("所在组织", "Unit"),
    "process": ("流程", "Process"),
    "standing": ("身份", "Standing"),
    "step": ("环节", "Step"),
    "article": ("依据", "Basis"),
    "day": ("日期", "Day"),
    "place": ("地点", "Place"),
    "actor": ("经办人", "Recorded by"),
    "signed_as": ("经办人职务", "Acting as"),
    "outcome": ("结果", "Outcome"),
    "reason": ("说明", "Reason or remark"),
    "late": ("逾期或缺项说明", "Late or missing"),
    "documents": ("材料", "Documents"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "talker": ("谈话人", "Talk held by"),
    "talked_with": ("谈话对象", "Talk held with"),
    "recorder": ("记录人", "Taken down by"),
    "content": ("谈话内容", "What was said"),
    "opinion": ("意见", "Opinion"),
    "body": ("会议组织", "Body"),
    "agenda": ("议程", "Agenda"),
    "chair": ("主持人", "Chair"),
    "ballot": ("表决方式", "Ballot"),
    "secret": ("无记名投票", "secret"),
    "open": ("公开表决", "open"),
    "roster": ("应到人员", "Those entitled"),
    "there": ("出席", "Present"),
    "signature": ("签到", "Signature"),
    "remark": ("备注", "Remark"),
    "tally": ("表决情况", "Count"),
    "eligible": ("应到", "Entitled"),
    "present": ("实到", "Present"),
    "written": ("书面意见", "In writing"),
    "for": ("赞成", "In favour"),
    "against": ("反对", "Against"),
    "abstain": ("弃权", "Abstained"),
    "rule": ("要求", "What is asked"),
    "reached": ("是否达到", "Reached"),
    "quorum": ("到会人数", "Quorum"),
    "majority": ("赞成票数", "Majority"),
    "discussion": ("讨论情况", "Discussion"),
    "resolution": ("决议", "Resolution"),
    "left_out_by": ("不计入应到人数的依据", "What leaving out of the count rests on"),
    "ground": ("理由", "Ground"),
    "consent": ("上级同意", "Consent of the superior"),
    "ground_resolution": ("大会决议", "Resolution of the meeting"),
    "document_digest": ("材料指纹", "fingerprint of the document"),
    "not_named": ("未注明", "not named"),
    "left_out": ("不计入应到：", "left out: "),
    "secretary": ("负责人签字", "Signature of the head"),
    "subject_signs": ("本人签字", "Signature of the person"),
    "actor_signs": ("经办人签字", "Signature"),
    "chair_signs": ("主持人签字", "Signature of the chair"),
    "recorder_signs": ("记录人签字", "Signature of the recorder"),
    "talker_signs": ("谈话人签字", "Signature of who held the talk"),
    "seal": ("（盖章）", "(seal)"),
    "answers": ("各人意见", "Answers"),
    "who": ("人员", "Who"),
    "what": ("内容", "What"),
    "kind": ("类别", "Entry"),
    "published": ("公示日期", "Put up on"),
    "ends": ("公示截止", "Ends on"),
    "places": ("公示地点数", "Places"),
    "summary": ("公示内容", "What it said"),
    "objections": ("收到的意见及核实情况", "Objections and what came of them"),
    "objection": ("意见内容", "Objection"),
    "answer": ("核实与答复", "Looked into, and answered"),
    "answered_on": ("答复日期", "Answered on"),
    "served": ("起止", "From – until"),
    "entries": ("登记内容", "Entries"),
    "by": ("登记人", "By"),
    "role": ("职责", "Part in the case"),
    "named": ("确定人选", "Those named"),
    "before": ("更换前", "Before"),
    "number": ("序号", "No."),
    "code": ("编号", "Number"),
    "stage": ("阶段", "Stage"),
    "done_on": ("完成日期", "Done on"),
    "recorded_on": ("登记日期", "Recorded on"),
    "began": ("开始日期", "Begun on"),
    "ended": ("结束日期", "Ended on"),
    "pages": ("页数", "Pages"),
    "handed_in": ("提交日期", "Handed in"),
    "handed_in_as": ("已提交", "Handed in"),
    "digest": ("指纹（SHA-256 前16位）", "Fingerprint (SHA-256, first 16)"),
    "introducer": ("领誓人", "Led by"),
    "oath_said": ("宣誓情况", "How it was taken"),
    "people": ("人员", "People"),
    "phone": ("联系电话", "Telephone"),
    "since": ("取得现身份日期", "Standing since"),
    "done_steps": ("办理情况", "What was done"),
    "enclosed": ("附：", "Enclosed: "),
    "written_note": ("有书面意见", "opinion in writing"),
    "corrected": ("更正", "corrected"),
}

_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "notice": (
        "根据{article}，拟将{person}列为{standing}，现予公示。公示期{window}，自{start}起至{end}止。",
        "Under {article}, {person} is proposed as: {standing}. This hangs for {window}, {start} to {end}.",
    ),
    "notice_plain": (
        "现就{person}的“{step}”予以公示。公示期{window}，自{start}起至{end}止。",
        "This is to give notice of {person}: {step}. The notice hangs for {window}, from {start} to {end}.",
    ),
    "notice_tell": (
        "公示期间，任何人如有不同意见，请向{unit}反映。反映情况应实事求是，并请署真实姓名；对反映人依规保密。",
        "Whoever objects may tell {unit} in this time, truthfully and by name. Names are kept confidential.",
    ),
    "notice_contact": ("联系人：{contact}　联系电话：{phone}", "Contact: {contact}   Telephone: {phone}"),
    "request": (
        "{person}自{opened}起按《{process}》办理，现已完成下列环节，相关材料齐备。现提请“{step}”，请予审查。",
        "{process} of {person} began on {opened}; the steps below are done. We ask for: {step}.",
    ),
    "reply": (
        "你组织报送的关于{person}的有关材料收悉。经{day}{body}研究，关于“{step}”的意见为：{outcome}。",
        "We have received your papers on {person}. On {day}, {body} decided on “{step}”: {outcome}.",
    ),
    "reply_votes": (
        "表决情况：应到{eligible}人，实到{present}人，赞成{yes}人，反对{no}人，弃权{abstain}人。",
        "Count: {eligible} entitled, {present} present, {yes} in favour, {no} against, {abstain} abstained.",
    ),
    "reply_period": ("{period}：自{start}起至{end}止。", "{period}: from {start} to {end}."),
    "reply_ends": (
        "请将本批复告知本人，并按规定办理后续手续。",
        "Please tell the person, and see to what follows.",
    ),
    "reason": ("说明：{reason}", "Reason: {reason}"),
    "agenda_item": ("第{item}项，共{of}项", "item {item} of {of}"),
    "agenda_added": ("第{item}项（原定{of}项，会上增加）", "item {item}, added to the {of} planned"),
    "needed": ("须达到{needed}人（{article}）", "{needed} are needed ({article})"),
    "needed_plain": ("须达到{needed}人", "{needed} are needed"),
    "outcome": (
        "你于{opened}开始的“{process}”已于{closed}办结，结果为：{outcome}。",
        "Your “{process}”, begun on {opened}, ended on {closed}: {outcome}.",
    ),
    "outcome_standing": ("你现在的身份为：{standing}。", "Your standing now: {standing}."),
    "outcome_appeal": (
        "如对上述结果有不同意见，可向{unit}提出复议。",
        "If you do not agree, you may ask {unit} to look at it again.",
    ),
    "oath": (
        "{person}于{day}在{place}面向党旗（会旗）宣誓，领誓人{leader}。",
        "{person} took the oath on {day} at {place}, led by {leader}.",
    ),
    "withheld": (
        "本表按打印人可以看到的内容填写；未向其显示的内容留空。",
        "Filled in with what its reader may see; the rest is left empty.",
    ),
    "by_hand": (
        "空白处尚未登记，可手工填写；签字盖章后作为材料提交。",
        "What is empty is not recorded yet and can be written by hand; once signed, it is a document.",
    ),
    "roll": ("{of}名册", "Roll: {of}"),
    "roll_number": ("共{number}人", "{number} in all"),
    "foot": ("{person} · 个案 {case}", "{person} · case {case}"),
}
