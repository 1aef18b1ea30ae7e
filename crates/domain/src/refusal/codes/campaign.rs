//! What stands in the way of a campaign, of its plan and of the draw, from the draft to OPEN.
//! Faults the arithmetic itself finds have codes above `DRAW-100` in the crate `draw`.

use super::Code;

registry! { CAMPAIGN:
    CAMPAIGN_WRONG_STATE = "CAMP-001",
        "抽查处于“{state}”，不能办理“{verb}”。", None,
        "现在可以办理：{offered}。";
    CAMPAIGN_NOT_SUBMITTER = "CAMP-002",
        "只有提交人可以撤回报批。", Some("细则四（二）"),
        "由提交人撤回，或由审批人退回。";
    CAMPAIGN_REASON_MISSING = "CAMP-003",
        "办理“{verb}”须写明理由；一个字、只有标点的不是理由。", Some("细则五（二）"),
        "补写理由；理由会永久留痕。";
    CAMPAIGN_PLAN_TOO_RECENT = "CAMP-005",
        "方案批准未满 {days} 日，{until} 之前不能公布承诺。", Some("细则四（一）"),
        "到时再公布；需要缩短间隔的，先修订实施细则的参数。";
    CAMPAIGN_REVEAL_TOO_SOON = "CAMP-006",
        "公布承诺到随机数揭示的间隔不足 {minutes} 分钟。", Some("摇号协议第 3.1 节"),
        "把揭示期限和信标期号往后定。";
    CAMPAIGN_BEACON_BEFORE_REVEAL = "CAMP-007",
        "信标在各方揭示期限之前就会产生。", Some("摇号协议第 3.2 节"),
        "选更晚的一期信标，或提前揭示期限。";
    CAMPAIGN_BEACON_AT_ONCE = "CAMP-045",
        "接收随机数的截止到信标产生不足 1 分钟，程序来不及在信标之前公布揭示。", Some("shuang/2 第 3.3 节"),
        "提前接收随机数的截止，或选更晚的一期信标。";
    CAMPAIGN_ISSUE_DRAWN = "CAMP-046",
        "按每周三期、全年休市至多少开 {left_out} 期推算，{source} 第 {round} 期在公布承诺之前已经开奖。", Some("shuang/2 第 3.5 节"),
        "对照开奖公告填写还没有开奖的一期，不早于第 {next} 期；休市少开的不止这些的，先修订细则参数“彩票休市一年至多少开的期数”。";
    CAMPAIGN_DRAWN_TOO_LATE = "CAMP-048",
        "照这些时间和期号，{last} 才能抽取，而方案的实施时间到 {until}为止。", Some("细则四（三）"),
        "核对时间和期号（drand 的轮次一轮三秒）；实施时间已经来不及的，终止任务、另立任务。";
    CAMPAIGN_BELOW_LEVEL = "CAMP-008",
        "见证方和信标合计只达到“{level}”，低于细则要求的“{minimum}”。", Some("摇号协议第 3.1 节"),
        "请两家外部单位到场递交承诺值，或在方案里写明一个公共信标。";
    CAMPAIGN_PARTY_WAITING = "CAMP-009",
        "{party} 还没有递交承诺值。", Some("摇号协议第 1 节"),
        "等各方递交；批准之后不能换见证方，确实不能递交的，只能终止任务、另立任务。";
    CAMPAIGN_VISITS_OPEN = "CAMP-010",
        "还有 {count} 户检查没有结果，不能结束。", Some("细则四（七）"),
        "逐户录入结果；确实无法检查的，登记未能检查的情形和证明。";
    CAMPAIGN_NOT_OPENED = "CAMP-011",
        "抽取材料尚未公开，不能归档。", Some("细则五（二）"),
        "先公开抽取材料。";
    CAMPAIGN_ALREADY_OPENED = "CAMP-012",
        "抽取材料已于 {at} 公开，不能重复公开。", None,
        "到公开页面查看。";
    CAMPAIGN_PLAN_CHANGED = "CAMP-013",
        "方案在提交后被改动过，与报批的文本不一致。", Some("细则四（二）"),
        "退回后重新提交。";
    CAMPAIGN_NOTHING_DRAWN = "CAMP-014",
        "各层应抽数量都是 0，抽取没有意义。", None,
        "核对对象范围、比例和不参加抽取的理由。";
    CAMPAIGN_CLOCK_BACK = "CAMP-015",
        "当前时间早于上一步的 {at}，时钟可能被拨回。", None,
        "校准服务器时钟后再办理；时间没有错、是那一步的时间快过的，到了那个时刻才能接着办，还没有公布揭示的抽取也可以作废。";
    CAMPAIGN_NO_REVEAL_FROM = "CAMP-016",
        "没有写明从何时起接收随机数。", Some("shuang/2 第 1 节"),
        "写明时间；不早于方案公告的抽取仪式。";
    CAMPAIGN_NO_BEACON_TIME = "CAMP-017",
        "没有写明信标产生的时间。", Some("shuang/2 第 3 节"),
        "照公告写明这一期开奖的时间；drand 的时间由轮次算出。";
    CAMPAIGN_BEFORE_CEREMONY = "CAMP-018",
        "开始接收随机数的时间 {from} 早于方案公告的抽取仪式 {ceremony}。", Some("shuang/2 第 3 节"),
        "定在仪式开始之时或之后。";
    CAMPAIGN_REVEAL_ENDS_FIRST = "CAMP-019",
        "开始接收随机数的时间 {from} 不早于揭示期限 {until}。", Some("shuang/2 第 3 节"),
        "把揭示期限往后定，给各方留出揭示的时间。";
    CAMPAIGN_SOURCE_TOO_SOON = "CAMP-020",
        "公布承诺到{what}的间隔不足 {minutes} 分钟。", Some("shuang/2 第 3 节"),
        "往后定；有信标的，改用更晚的一期。";
    CAMPAIGN_REVEAL_FROM_PAST = "CAMP-021",
        "开始接收随机数的时间 {from} 已经过去。", Some("shuang/2 第 1 节"),
        "定在公布承诺之后：承诺公布之前不得收到任何一方的随机数。";
    DRAW_NOT_YET = "DRAW-003",
        "公共随机数 {at} 才产生，现在不能录入，也不能抽取。", Some("摇号协议第 1 节"),
        "到那时再办；等着的任务页每分钟自己刷新。";
    DRAW_BEACON_MISSING = "DRAW-004",
        "信标已到时间，但还没有录入。", Some("摇号协议第 3.4 节"),
        "录入公布的信标数值；迟到的继续等待，没有替代的随机数。";
    DRAW_NONCE_MISMATCH = "DRAW-005",
        "{party} 交来的随机数与承诺值不符。", Some("摇号协议第 3.3 节"),
        "核对是否抄错、是否混入空格；确实遗失的，到期后记为未揭示。";
    DRAW_REVEAL_OVER = "DRAW-006",
        "揭示期限 {until} 已过，不再接收随机数。", Some("摇号协议第 3.3 节"),
        "未揭示的一方记为缺席；按 shuang/2 的，公开记录只写 timeout，由程序记下。";
    DRAW_TOO_LATE_VOID = "DRAW-083",
        "来不及了：第 {attempt} 次抽取已经作废，填写的没有收下，也没有公开。", Some("摇号协议第 3.3 节"),
        "事由在公示页；下一次抽取要另生成随机数，这一次的不能再用。";
    DRAW_GIVEN_UP = "DRAW-084",
        "这项抽查任务已于 {at} 终止，填写的没有收下，也没有公开。", None,
        "不用再办理；事由在公示页。";
    DRAW_REVEAL_EARLY = "DRAW-007",
        "{party} 还没有揭示，期限 {until} 未到，不能记为缺席。", Some("摇号协议第 3.3 节"),
        "等到期限，或等其揭示。";
    DRAW_LEVEL_LOST = "DRAW-008",
        "缺席之后只剩“{level}”，低于细则要求的“{minimum}”。", Some("摇号协议第 1 节"),
        "本次抽取须作废，另行冻结后重来。";
    DRAW_PARTY_UNKNOWN = "DRAW-009",
        "方案里没有名为 {party} 的见证方。", None,
        "核对见证方名称；见证方在方案里定下，冻结后不能增减。";
    DRAW_PARTY_STATE = "DRAW-010",
        "{party} 已经{done}，不能再{wanted}。", Some("摇号协议第 1 节"),
        "承诺值和随机数各只收一次。";
    DRAW_FINGERPRINT_SHAPE = "DRAW-011",
        "承诺值和随机数都是 64 位小写十六进制数字。", Some("摇号协议第 2 节"),
        "从见证方自己的设备上复制，不要手抄。";
    DRAW_RESULT_REFUSED = "DRAW-012",
        "抽取结果没有通过自带的复算，不能记录。", Some("摇号协议第 8.1 节"),
        "保留现场，联系维护人员；名录和随机数都没有丢失。";
    DRAW_FRAME_ALTERED = "DRAW-016",
        "保存的名录与 {at} 冻结时不是同一份：{what}不同，不能公布承诺。", Some("细则四（三）"),
        "有人改动过保存的文件。保留现场，运行 mingqian audit，报告行政执法监督；作废本轮后重新冻结。";
    DRAW_FRAME_WITHOUT_ROOTS = "DRAW-015",
        "这份名录由旧版本程序冻结，没有留下可核对的根，不能公布承诺。", Some("细则四（三）"),
        "作废本轮，重新冻结。";
    DRAW_FRAME_OF_OLD_VERSION = "DRAW-017",
        "这份名录按 {own} 冻结，各方的承诺值也按它递交；现在公布的承诺一律按 {newest}。", Some("shuang/2 第 1 节"),
        "作废本轮，重新冻结，请各方重新递交承诺值。";
    DRAW_REVEAL_NOT_BEGUN = "DRAW-018",
        "{from} 起才接收随机数。", Some("shuang/2 第 1 节"),
        "到时再交；在此之前不要告诉任何人。";
    DRAW_DICE_FIRST = "DRAW-019",
        "公开骰子的点数还没有录入，不能先接收随机数。", Some("shuang/2 第 1 节"),
        "先掷骰子并录入，再请各方揭示。";
    DRAW_SAME_COMMITMENT = "DRAW-020",
        "{party}的承诺值与{other}的相同。", Some("shuang/2 第 3 节"),
        "各方在自己的设备上另生成随机数，重新算出承诺值再交。";
    DRAW_SAME_NONCE = "DRAW-023",
        "{party}的随机数与{other}的相同。", Some("shuang/2 第 3 节"),
        "核对是否拿错纸条；确实相同的，后交的一方到期后记为缺席。";
    DRAW_CLOSE_BEFORE_BEGIN = "DRAW-024",
        "揭示 {from} 才开始，现在不能公布。", Some("shuang/2 第 3 节"),
        "到期由程序自动公布。";
    DRAW_DICE_AWAITED = "DRAW-025",
        "公开骰子还没有录入，期限 {until} 未到，不能记为缺席。", Some("shuang/2 第 3 节"),
        "掷骰子并录入，或等到期限。";
    DRAW_NAME_START = "DRAW-026",
        "{what}的代码“{name}”不以数字或英文字母开头，不能写入抽取的记录。", Some("shuang/2 第 2 节"),
        "改用以数字或英文字母开头的代码；写在已批准的方案里的，终止这次抽查，另行报批。";
    DRAW_VOID_IN_CEREMONY = "DRAW-073",
        "抽取仪式已经开始，到公布揭示之前不能作废。", Some("摇号协议第 1 节"),
        "到齐或到 {until} 截止后由程序公布揭示：达到等级的出结果，达不到的自动作废并公开本来会抽中什么。";
    DRAW_RESULT_FOLLOWS = "DRAW-027",
        "揭示已经公布，结果由此算出，不能作废。", Some("shuang/2 第 1 节"),
        "结果由程序自动公布，刷新本页。";
    DRAW_BEACON_IS_OUT = "DRAW-076",
        "公共随机数已于 {at} 公布，结果由它定了，不能作废。", Some("shuang/2 第 1 节"),
        "录入它的值；录入之后结果由程序立即公布。";
    DRAW_MISSED_BEACON = "DRAW-081",
        "公共随机源公布的时间（{at}）已过，揭示在那之前没有公布，不能再公布：现在公布的人能挑选谁缺席。", Some("shuang/2 第 3.3 节"),
        "由分管领导作废这一次，再重新冻结名录，各方另换随机数。";
    DRAW_NO_DICE = "DRAW-028",
        "这一轮没有要在揭示之前录入的公开骰子。", Some("shuang/2 第 1 节"),
        "方案没有写掷骰的，不用录入；按 shuang/1 冻结的，在抽取时录入。";
    DRAW_DICE_LATE = "DRAW-029",
        "期限 {until} 已过，不能再录入掷骰结果。", Some("shuang/2 第 1 节"),
        "揭示由程序自动公布，骰子记为缺席。";
    DRAW_DICE_SHAPE = "DRAW-043",
        "掷骰结果应是 {least} 到 {most} 位数字，现在是 {count} 位或含有别的字符。", Some("shuang/2 第 1 节"),
        "按掷出的次序逐位录入，0 到 9，不加空格。";
    DRAW_DICE_DIFFER = "DRAW-044",
        "与 {at} 第一次录入的不一致，没有录入。", Some("shuang/2 第 1 节"),
        "两人一起对照骰子或照片；第一次录错的，由录入的人改正，再由您录一遍。";
    DRAW_DICE_ENTERED = "DRAW-045",
        "掷骰结果已由两个账号录入，不能再改。", Some("shuang/2 第 1 节"),
        "请各方公开随机数；确有错误的，作废这一轮。";
    DRAW_DICE_EVIDENCE = "DRAW-046",
        "第一次录入没有写来源，或没有照片。", Some("shuang/2 第 1 节"),
        "写明掷的什么骰子、在哪里、由谁掷，拍下全部骰子，选取照片。";
    DRAW_COMMITMENT_REUSED = "DRAW-047",
        "{party}的承诺值在第 {attempt} 次抽取时有人交过。", Some("shuang/2 第 3 节"),
        "每一次抽取都要另生成随机数，重新算出承诺值再交；以前的随机数可能已有人知道。";
    DRAW_NONCE_REUSED = "DRAW-048",
        "{party}的随机数是为第 {attempt} 次抽取生成的。", Some("shuang/2 第 3 节"),
        "核对是否拿错纸条；确实相同的，到期后记为缺席。";
    DRAW_NO_CEREMONY = "DRAW-056",
        "抽取仪式还没有开始。", Some("shuang/2 第 1 节"),
        "请主持抽取的人登录后开始仪式，见证人到场登记后再掷骰、公布随机数。";
    DRAW_NO_WITNESS = "DRAW-057",
        "还没有见证人到场登记，不能接收随机数，也不能录入掷骰结果。", Some("细则四（三）"),
        "见证人用自己的账号、见证链接或者签到单登记到场；登记之前不要告诉任何人随机数，也不要掷骰。";
    DRAW_CEREMONY_EARLY = "DRAW-058",
        "抽取仪式 {from} 才开始。", Some("shuang/2 第 1 节"),
        "到时再办。";
    DRAW_CEREMONY_BEGUN = "DRAW-059",
        "抽取仪式 {at} 已经开始。", Some("细则四（三）"),
        "请见证人登记到场。";
    DRAW_CEREMONY_OVER = "DRAW-060",
        "现在没有抽取仪式：期限 {until} 已过，或者这一轮按 shuang/1 办理。", Some("shuang/2 第 1 节"),
        "看本页现在的状态；期限过后由程序自动记下缺席的一方。";
    DRAW_WITNESS_IS_HOST = "DRAW-061",
        "主持抽取、公布承诺和批准方案的人不能作见证人。", Some("细则四（三）"),
        "请没有经办这次抽取的人见证。";
    DRAW_WITNESS_HANDLED = "DRAW-082",
        "{name}经办过这次抽取（起草、修改、提交、代录、核对、启动或冻结），不能作见证人。", Some("细则四（三）"),
        "请没有经办这次抽取的人见证；签到单上只是同名的，请他用见证链接或自己的账号登记到场，或另请一位。";
    DRAW_WITNESS_PRESENT = "DRAW-062",
        "已经登记到场，不用再登记。", Some("细则四（三）"),
        "看本页列出的到场人。";
    DRAW_BY_ITSELF = "DRAW-063",
        "这一步由程序自动办理，不由任何人决定。", Some("shuang/2 第 1 节"),
        "来源到齐后刷新本页看结果。";
    DRAW_NO_BEACON = "DRAW-064",
        "这一轮不等公共随机数。", Some("shuang/2 第 3.5 节"),
        "方案没有写公共随机数来源的，不用录入；按 shuang/1 冻结的，在抽取时录入。";
    DRAW_BEACON_DIFFER = "DRAW-065",
        "与 {at} 第一次录入的不一致，没有录入。", Some("shuang/2 第 3.5 节"),
        "两人一起对照开奖公告；第一次录错的，由录入的人改正，再由您录一遍。";
    DRAW_BEACON_ENTERED = "DRAW-066",
        "公共随机数已经录入，不能再改。", Some("shuang/2 第 3.5 节"),
        "结果由程序随即算出，刷新本页查看。";
    DRAW_BEACON_EVIDENCE = "DRAW-067",
        "第一次录入没有写来源，或没有公告的照片。", Some("shuang/2 第 3.5 节"),
        "写明公告的名称、期号和看到的地方，拍下或截取公告，选取照片。";
    DRAW_SLIP_WORDS = "DRAW-068",
        "签到单上见证人的单位和姓名没有写全：各 2 至 29 字，用汉字或字母，不是符号、数字或看不见的字符。", Some("细则四（三）"),
        "照签到单分别填写；签到单随纸质材料归档。";
    DRAW_NO_FREE_CHOICE = "DRAW-021",
        "不能指定递补人。", Some("细则四（三）"),
        "按抽取次序，下一位是{next}；他也不能参加的，登记理由后继续顺延。";
    PLAN_GAP = "PLAN-001",
        "方案缺少“{part}”。", Some("细则四（二）"),
        "补填后再提交；方案的每个部分都要有。";
    PLAN_WINDOW = "PLAN-002",
        "实施时间 {from} 至 {until} 不能用。", Some("细则四（二）"),
        "结束日不早于开始日，距开始日不超过 {days} 日。";
    PLAN_ITEM_TWICE = "PLAN-003",
        "事项 {item} 列了两次。", Some("细则五（二）"),
        "同一事项只列一次。";
    PLAN_ITEM_UNKNOWN = "PLAN-004",
        "清单里没有事项 {item} 的第 {revision} 版。", Some("细则三（一）"),
        "从已公布的清单里选。";
    PLAN_TEAM_SMALL = "PLAN-005",
        "每户检查人员 {size} 名，不足 {least} 名。", Some("行政处罚法第四十二条"),
        "增加每户人数。";
    PLAN_DRAWN_FEW = "PLAN-006",
        "{authority} 抽取 {drawn} 名，每组需要 {per_team} 名。", Some("细则四（三）"),
        "抽取人数不少于每组人数，且每组至少 1 名。";
    PLAN_GROUPS_UNEVEN = "PLAN-007",
        "分 {groups} 组需要 {needed} 名，方案写的是 {drawn} 名。", Some("摇号协议第 3.2 节"),
        "使抽取人数等于组数乘以每组人数。";
    PLAN_NO_LEADER = "PLAN-008",
        "没有指派检查组组长。", Some("细则四（四）"),
        "指派一名科室负责人，并列出替补次序。";
    PLAN_LEADER_NO_HEAD = "PLAN-009",
        "{leader} 不是名录里的科室负责人，不能指派为组长。", Some("细则四（四）"),
        "另行指派，或更新人员名录。";
    PLAN_LEADER_TWICE = "PLAN-010",
        "组长 {leader} 列了两次。", Some("细则四（四）"),
        "每人只列一次，按替补次序排列。";
    PLAN_AREAS_WITHOUT_GROUPS = "PLAN-011",
        "列了片区，但没有分组。", Some("摇号协议第 3.2 节"),
        "改为分组检查，或删去片区。";
    PLAN_UNANNOUNCED = "PLAN-012",
        "不预先通知的检查没有写理由。", Some("国办发〔2024〕54号"),
        "写明不预先通知的理由。";
    PLAN_NO_JURISDICTION = "PLAN-013",
        "没有选定管辖区域。", Some("细则二"),
        "选定本次抽查管辖的行政区划；不属市本级管辖的不进入抽取。";
    PLAN_PARTY_TWICE = "PLAN-014",
        "见证方 {party} 列了两次。", Some("摇号协议第 3.2 节"),
        "每个见证方用不同的代码。";
    PLAN_PARTY_NAME = "PLAN-015",
        "见证方 {party} 没有写单位或到场人员。", None,
        "补写单位和到场人员。";
    PLAN_PARTY_OWN = "PLAN-016",
        "{party}属于发起单位，不能作见证方。", None,
        "另请发起单位以外的部门或人员。";
    PLAN_QUOTA_ZERO = "PLAN-017",
        "事项 {item} 的抽取数量是 0。", Some("细则三（四）"),
        "写大于 0 的数量，或按细则的比例抽取。";
    PLAN_AUTHORITY_TWICE = "PLAN-018",
        "检查人员类别 {authority} 列了两次。", Some("摇号协议第 3.2 节"),
        "同一类别合并为一行。";
    PLAN_BEACON = "PLAN-019",
        "信标来源写得不对。", Some("摇号协议第 3.5 节"),
        "写 drand: 加 64 位链标识，或 cwl-ssq 等来源代码。";
    PLAN_NO_CEREMONY = "PLAN-020",
        "没有写明抽取仪式的时间。", Some("shuang/2 第 3 节"),
        "写明日期和时刻；此前不接收任何一方的随机数。";
    PLAN_CEREMONY_LATE = "PLAN-021",
        "抽取仪式定在 {at}，晚于实施时间的最后一天 {until}。", Some("细则四（二）"),
        "提前仪式，或推迟实施时间。";
    PLAN_CEREMONY_SOON = "PLAN-022",
        "抽取仪式定在 {at}，按细则的间隔最早只能在 {earliest}。", Some("细则四（一）"),
        "把仪式往后定；方案已提交的，退回修改。";
    PLAN_RATES = "PLAN-023",
        "事项 {item} 各类的比例不能一起使用：{why}。", Some("shuang/2 第 4 节"),
        "修订细则的比例并批准新的一版，再报批方案。";
    PLAN_RULEBOOK_NAME = "PLAN-024",
        "所遵守的细则版本“{version}”的名称不能写入方案的记录。", Some("shuang/2 第 3 节"),
        "用 1—63 个可见 ASCII 字符的名称再批准一次同样的细则。";
    PLAN_BEACON_SOURCE = "PLAN-025",
        "信标来源“{source}”不能用于抽取。", Some("shuang/2 第 3 节"),
        "drand 只用 quicknet；双色球写 cwl-ssq，大乐透写 tc-dlt，大小写不变；其他来源写以数字或英文字母开头的代码。";
    DRAW_ROW_REFUSED = "DRAW-014",
        "名录或方案不合抽取规程（{code}）：{fault}。", Some("摇号协议第 3.2 节"),
        "改正后重新冻结：{hint}。";
}
