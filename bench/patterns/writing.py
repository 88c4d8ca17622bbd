"""What people write in assessments: sentences put together by chance, as by different people."""

from __future__ import annotations

import random
from typing import Final

_WHO: Final = ("该同志", "本人", "他", "这位同志", "培养对象", "近期以来，该同志")
_HOW: Final = (
    "平时",
    "在日常工作中",
    "遇到困难时",
    "半年来",
    "在班组里",
    "面对突击任务",
    "在学习小组里",
    "业余时间",
    "轮值期间",
    "同事有事时",
)
_DID: Final = (
    "主动承担夜班检修",
    "坚持读完了规定的书目并写下心得",
    "带着新来的学徒熟悉机床",
    "把自己的想法如实向组织汇报",
    "参加了社区的清雪义务劳动",
    "为困难职工家庭送去了过冬用品",
    "对照党章查找自身不足",
    "提出了三条改进工序的建议",
    "按时缴还了借用的资料",
    "在讨论会上敢于发表不同意见",
    "认真听取群众的批评",
    "替请假的同事守了两个周末的仓库",
    "把实验数据重新核对了一遍",
    "组织同学整理图书馆旧刊",
    "利用假期到乡村小学支教",
    "学习了安全生产条例并通过考试",
    "在防汛值守中连续工作",
    "主动说明了自己家庭的变化",
    "帮助老党员学会使用手机缴费",
    "负责支部黑板报的编写",
)
_BUT: Final = (
    "有时说话急躁",
    "理论学习还不够系统",
    "与外单位沟通较少",
    "文字表达需要提高",
    "对年轻同事要求偏严",
    "参加集体活动次数不多",
    "工作方法比较单一",
    "容易忽视细节",
    "处理矛盾的经验还少",
    "笔记不够完整",
)
_SO: Final = (
    "建议继续考察",
    "今后应多承担群众工作",
    "准备安排其参加下一期学习",
    "希望下半年有明显改进",
    "支部将指定专人帮助",
    "可以交给他更重的任务",
)


def assessment(chance: random.Random, name: str) -> str:
    """Return what somebody wrote about somebody: some hundred characters."""
    did = chance.sample(_DID, 4)
    said = [f"{chance.choice(_HOW)}{one}" for one in did]
    chance.shuffle(said)
    when = f"{chance.randint(1, 12)}月{chance.randint(1, 28)}日"
    joined = f"{chance.choice(['，', '；', '。'])}".join(said)
    return (
        f"{when}与{name}谈话。{chance.choice(_WHO)}{joined}，"
        f"不足之处是{'、'.join(chance.sample(_BUT, 2))}，{chance.choice(_SO)}。"
    )


def copied(chance: random.Random, name: str) -> str:
    """Return the same with another name and day."""
    return (
        f"{chance.randint(1, 12)}月{chance.randint(1, 28)}日与{name}谈话。"
        "该同志思想端正，态度认真，能够团结同志，"
        "遵守纪律，积极参加支部组织的各项活动，按时完成领导交办的任务，学习态度认真，群众反映良好，"
        "工作中任劳任怨，没有发现违反纪律的现象，同意继续作为培养对象进行考察。"
    )
