//! The closed list of acts. A stored act that is not in it is an inconsistency, never “unknown”.

closed_list! {
    /// What happened, in the words of the field.
    enum Act {
        BureauInstalled = "bureau.install", "建立本局";
        UnitEdited = "org.edit", "维护机构";
        AccountOpened = "account.open", "开立账号";
        AccountClosed = "account.close", "停用账号";
        AccountRenamed = "account.edit", "修改账号";
        RoleGranted = "role.grant", "授权";
        RoleRequested = "role.request", "申请授权";
        PasswordRequested = "password.request", "申请重置口令";
        AccessDropped = "access.drop", "撤销申请";
        RoleRevoked = "role.revoke", "收回授权";
        PasswordSet = "password.set", "设置口令";
        PasswordResetByOperator = "password.operator", "运维重置管理员的口令";
        OperatorResetConfirmed = "password.confirm", "确认运维重置的口令";
        KeyRotated = "key.rotate", "更换密钥";
        SignedIn = "account.sign_in", "登录";
        SignInRefused = "account.sign_in_refused", "登录被拒";
        AccountUnlocked = "account.unlock", "解除登录等待";
        AuditOrdered = "audit.order", "开始核对留痕";
        ItemDrafted = "catalog.draft", "拟订抽查事项";
        ItemRevised = "catalog.revise", "修订抽查事项";
        ItemPublished = "catalog.publish", "公布抽查事项";
        RulebookDrafted = "rulebook.draft", "拟订实施细则";
        RulebookAdopted = "rulebook.adopt", "批准实施细则";
        HolidaysImported = "calendar.import", "导入节假日安排";
        OutcomesImported = "outcome_codes.import", "导入检查结果代码";
        SubjectAdded = "subject.add", "新增检查对象";
        SubjectEdited = "subject.edit", "修改检查对象";
        SubjectRemoved = "subject.remove", "移出检查对象";
        SubjectsImported = "subject.import", "导入检查对象";
        SubjectsExported = "subject.export", "导出检查对象";
        ImportErrorsFetched = "import.errors", "下载导入的错误文件";
        TiersImported = "tier.import", "导入信用等级";
        InspectorAdded = "inspector.add", "新增执法检查人员";
        InspectorEdited = "inspector.edit", "修改执法检查人员";
        InspectorRemoved = "inspector.remove", "移出执法检查人员";
        InspectorErased = "inspector.erase", "删除执法检查人员的个人信息";
        InspectorsImported = "inspector.import", "导入执法检查人员";
        RecusalDeclared = "recusal.declare", "申报回避";
        RecusalWithdrawn = "recusal.withdraw", "撤回回避申报";
        CampaignDrafted = "campaign.draft", "起草实施方案";
        CampaignRevised = "campaign.revise", "修改实施方案";
        CampaignSubmitted = "campaign.submit", "提交报批";
        CampaignRecalled = "campaign.recall", "撤回报批";
        CampaignApproved = "campaign.approve", "批准方案";
        CampaignReturned = "campaign.return", "退回方案";
        PaperEntered = "paper.enter", "代录线下签批";
        PaperTurnedDown = "paper.refuse", "退回线下签批";
        PaperDropped = "paper.drop", "撤回线下签批";
        PaperNoted = "paper.note", "知悉线下签批";
        CampaignLaunched = "campaign.launch", "启动抽查";
        FrameFrozen = "campaign.freeze", "冻结名录";
        PartyInvited = "party.invite", "发放见证链接";
        PartyCommitted = "party.commit", "递交承诺值";
        DrawCommitted = "campaign.commit", "公布承诺";
        DiceEntered = "dice.enter", "录入掷骰结果";
        DiceReentered = "dice.reenter", "复录掷骰结果";
        CeremonyBegun = "ceremony.begin", "开始抽取仪式";
        CeremonyAttended = "ceremony.attend", "见证人到场";
        PartyRevealed = "party.reveal", "揭示随机数";
        PartyAbsent = "party.absent", "逾期未揭示";
        CampaignRevealed = "campaign.reveal", "公布揭示";
        BeaconEntered = "beacon.enter", "录入公共随机数";
        BeaconReentered = "beacon.reenter", "复录公共随机数";
        SubjectsDrawn = "campaign.draw", "抽取";
        DrawVoided = "campaign.void", "作废重抽";
        CampaignAbandoned = "campaign.abandon", "终止抽查";
        CampaignEnded = "campaign.end", "结束检查";
        CampaignReported = "campaign.report", "形成检查报告";
        CampaignArchived = "campaign.archive", "归档";
        FrameOpened = "campaign.open", "公开抽取材料";
        DrawnListRead = "drawn_list.read", "查看抽中名单";
        InspectorSubstituted = "inspector.substitute", "递补检查人员";
        InspectorRecused = "inspector.recuse", "回避检查人员";
        InspectionAssigned = "inspection.assign", "派发检查";
        InspectionOpened = "inspection.open", "到场登记";
        ResultRecorded = "inspection.record", "录入检查结果";
        InspectionConcluded = "inspection.conclude", "形成检查结论";
        InspectionConfirmed = "inspection.confirm", "审核检查结果";
        InspectionReturned = "inspection.return", "退回检查结果";
        InspectionAbsenceReported = "inspection.report_absence", "登记未实施检查";
        InspectionAbsenceReturned = "inspection.return_absence", "退回未实施检查";
        InspectionPostponementAsked = "inspection.ask_postponement", "申请延期";
        InspectionPutOff = "inspection.put_off", "批准延期";
        InspectionPostponementRefused = "inspection.refuse_postponement", "不批准延期";
        InspectionFellAway = "inspection.fall_away", "未实施检查";
        OutcomeApproved = "outcome.approve", "批准公示";
        OutcomeReturned = "outcome.return", "退回待公示的结果";
        OutcomePublished = "outcome.publish", "公示检查结果";
        OutcomeWithdrawn = "outcome.withdraw", "撤下公示";
        CounterBegun = "counter.begin", "编号接续";
        SchemaMigrated = "schema.migrate", "升级数据库结构";
        LogRestarted = "log.restart", "恢复备份，另起日志";
        ClockRepaired = "log.repair_clock", "更正日志时间";
        LogKeyRotated = "log.rotate_key", "更换日志密钥";
    }
}

closed_list! {
    /// The type line of a log entry (protocol §5): a closed list, everything confidential is `act`.
    enum EntryType {
        Act = "act", "留痕";
        Plan = "plan", "方案";
        Freeze = "freeze", "承诺";
        Reveal = "reveal", "揭示";
        Result = "result", "结果";
        Void = "void", "作废";
        Substitute = "substitute", "递补";
        Recuse = "recuse", "回避";
        Publish = "publish", "公示";
        Open = "open", "公开";
        Restart = "restart", "另起日志";
        Repair = "repair", "更正";
        Key = "key", "更换密钥";
    }
}

impl Act {
    /// The type of the log entry that an act leaves.
    ///
    /// An approved plan is public, a draft is not; hence the record `plan` belongs to the approval.
    #[must_use]
    pub const fn entry_type(self) -> EntryType {
        match self {
            Self::CampaignApproved => EntryType::Plan,
            Self::DrawCommitted => EntryType::Freeze,
            Self::CampaignRevealed => EntryType::Reveal,
            Self::SubjectsDrawn => EntryType::Result,
            Self::DrawVoided => EntryType::Void,
            Self::InspectorSubstituted => EntryType::Substitute,
            Self::InspectorRecused => EntryType::Recuse,
            Self::OutcomePublished | Self::OutcomeWithdrawn => EntryType::Publish,
            Self::FrameOpened => EntryType::Open,
            Self::LogRestarted => EntryType::Restart,
            Self::ClockRepaired => EntryType::Repair,
            Self::LogKeyRotated => EntryType::Key,
            _ => EntryType::Act,
        }
    }
}
