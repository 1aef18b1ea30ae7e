//! Every act and every reading that needs a right; the list is closed.

closed_list! {
    /// What an account may be allowed to do or to see.
    enum Verb {
        CatalogRead = "catalog.read", "查看抽查事项清单";
        CatalogEdit = "catalog.edit", "修订抽查事项";
        CatalogPublish = "catalog.publish", "公布抽查事项清单";
        SubjectRead = "subject.read", "查看检查对象";
        SubjectEdit = "subject.edit", "维护检查对象";
        SubjectImport = "subject.import", "导入检查对象";
        SubjectExport = "subject.export", "导出检查对象";
        TierImport = "tier.import", "导入信用等级";
        InspectorRead = "inspector.read", "查看执法检查人员";
        InspectorEdit = "inspector.edit", "维护执法检查人员";
        InspectorImport = "inspector.import", "导入执法检查人员";
        InspectorExport = "inspector.export", "导出执法检查人员";
        RecusalRead = "recusal.read", "查看回避登记";
        RecusalDeclare = "recusal.declare", "申报回避";
        RecusalDecide = "recusal.decide", "决定回避";
        RulebookRead = "rulebook.read", "查看实施细则";
        RulebookEdit = "rulebook.edit", "修订实施细则";
        RulebookAdopt = "rulebook.adopt", "批准实施细则";
        CalendarImport = "calendar.import", "导入节假日安排";
        CampaignRead = "campaign.read", "查看抽查";
        CampaignDraft = "campaign.draft", "起草实施方案";
        CampaignSubmit = "campaign.submit", "提交报批";
        CampaignApprove = "campaign.approve", "批准方案";
        CampaignReturn = "campaign.return", "退回方案";
        PaperConfirm = "paper.confirm", "核对线下签批";
        CampaignLaunch = "campaign.launch", "启动抽查";
        CampaignFreeze = "campaign.freeze", "冻结名录";
        PartyCommit = "party.commit", "递交承诺值";
        PartyAccept = "party.accept", "收存承诺值";
        CampaignCommit = "campaign.commit", "公布承诺";
        DiceEnter = "dice.enter", "录入掷骰结果";
        CeremonyHost = "ceremony.host", "主持抽取仪式";
        CeremonyAttend = "ceremony.attend", "见证抽取仪式";
        CampaignReveal = "campaign.reveal", "揭示随机数";
        BeaconEnter = "beacon.enter", "录入公共随机数";
        CampaignDraw = "campaign.draw", "抽取";
        CampaignVoid = "campaign.void", "作废重抽";
        CampaignAbandon = "campaign.abandon", "终止抽查";
        CampaignEnd = "campaign.end", "结束检查";
        CampaignOpen = "campaign.open", "公开抽取材料";
        DrawnListRead = "drawn_list.read", "查看抽中名单";
        OpeningRead = "opening.read", "查看全部开封材料";
        InspectorSubstitute = "inspector.substitute", "递补检查人员";
        InspectionRead = "inspection.read", "查看检查";
        InspectionAssign = "inspection.assign", "派发检查";
        InspectionOpen = "inspection.open", "到场登记";
        InspectionRecord = "inspection.record", "录入检查结果";
        InspectionConclude = "inspection.conclude", "形成检查结论";
        InspectionConfirm = "inspection.confirm", "审核检查结果";
        InspectionPutOff = "inspection.put_off", "审批延期";
        InspectionExport = "inspection.export", "导出检查记录";
        OutcomeApprove = "outcome.approve", "审批公示";
        OutcomePublish = "outcome.publish", "公示检查结果";
        OutcomeWithdraw = "outcome.withdraw", "撤下公示";
        PublicationRead = "publication.read", "查看公示";
        LogRead = "log.read", "查看日志";
        EventRead = "event.read", "查看留痕";
        AccountRead = "account.read", "查看账号";
        AccountManage = "account.manage", "开立和停用账号";
        OrgManage = "org.manage", "维护机构";
        HealthRead = "health.read", "查看运行状况";
        BackupRun = "backup.run", "备份";
        RoleGrant = "role.grant", "授权";
        PasswordReset = "password.reset", "重置口令";
        AccessConfirm = "access.confirm", "确认授权和口令重置的申请";
        KeyRotate = "key.rotate", "更换密钥";
        LoginsRead = "logins.read", "查看登录记录";
        AuditRun = "audit.run", "核对留痕";
    }
}

closed_list! {
    /// What kind of verb it is; the separation of duties is stated in these classes.
    enum VerbClass {
        BusinessRead = "business_read", "业务查阅";
        BusinessAct = "business_act", "业务办理";
        System = "system", "系统管理";
        Security = "security", "安全管理";
        Audit = "audit", "审计管理";
    }
}

impl Verb {
    /// The class of the verb.
    #[must_use]
    pub const fn class(self) -> VerbClass {
        match self {
            Self::CatalogRead
            | Self::SubjectRead
            | Self::SubjectExport
            | Self::InspectorRead
            | Self::InspectorExport
            | Self::RecusalRead
            | Self::RulebookRead
            | Self::CampaignRead
            | Self::DrawnListRead
            | Self::OpeningRead
            | Self::InspectionRead
            | Self::InspectionExport
            | Self::PublicationRead
            | Self::LogRead
            | Self::EventRead => VerbClass::BusinessRead,
            Self::AccountManage | Self::OrgManage | Self::HealthRead | Self::BackupRun => {
                VerbClass::System
            }
            Self::AccountRead
            | Self::RoleGrant
            | Self::PasswordReset
            | Self::AccessConfirm
            | Self::KeyRotate => VerbClass::Security,
            Self::LoginsRead | Self::AuditRun => VerbClass::Audit,
            _ => VerbClass::BusinessAct,
        }
    }

    /// True if the verb changes something; false if it only looks.
    #[must_use]
    pub const fn changes(self) -> bool {
        !matches!(
            self,
            Self::HealthRead | Self::AccountRead | Self::LoginsRead | Self::AuditRun
        ) && !matches!(self.class(), VerbClass::BusinessRead)
    }
}
