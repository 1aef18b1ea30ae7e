//! Every table and every column, with its class. A test compares this file both ways with the live
//! schema of both engines, so that nothing exists that is not declared here.
//!
//! `traced`: each change is an event. `untraced`: the reason stands beside the table. A column is
//! `public` (may stand on the portal), `masked` (inside the bureau only) or `private` (stored and
//! imaged as ciphertext, or never leaves the server).

use crate::kernel::table::{Class, TracedTable, UntracedTable};

mod lists;

pub(crate) use lists::SCHEMA;
pub use lists::*;

table! {
    /// What this installation is: bureau, origin of its log, whether it is a demonstration.
    traced INSTALLATION = "installation" key(name) {
        name: text public,
        value: text public,
    }
}
table! {
    /// Sections, affiliates and brigades.
    traced ORG_UNITS = "org_units" of Units key(org_unit_id) {
        org_unit_id: text public,
        name: text public,
        kind: text public,
        parent_id: text public,
    }
}
table! {
    /// The subject register (检查对象名录库).
    traced SUBJECTS = "subjects" of Subjects key(subject_id) {
        subject_id: text masked,
        org_unit_id: text public,
        code: text public,
        usci: text public,
        register_number: text public,
        name: text public,
        kind: text public,
        district: text public,
        area: text masked,
        address: text public,
        business_scope: text masked,
        registered_on: text masked,
        standing: text public,
        tier: text masked,
        tier_source: text masked,
        tier_on: text masked,
        pools: text masked,
        source: text masked,
        search_text: text masked,
    }
}
table! {
    /// The inspector register (执法检查人员名录库).
    traced INSPECTORS = "inspectors" of Inspectors key(inspector_id) {
        inspector_id: text masked,
        code: text public,
        name: text masked,
        org_unit_id: text public,
        authority: text public,
        credential_until: text masked,
        scope: text masked,
        presence: text masked,
        may_lead: int masked,
        account_id: text masked,
        sealed_credential_no: sealed private since 10 before null,
        credential_no_mark: blob masked since 10 before null,
    } retired { credential_no until 10, }
}
table! {
    /// Recusals declared between an inspector and a subject (回避).
    traced RECUSALS = "recusals" of Recusals key(inspector_code, subject_code) {
        inspector_code: text masked,
        subject_code: text masked,
        ground: text masked,
        declared_by: text masked,
        declared_at_ms: int masked,
        sealed_note: sealed private since 10 before null,
    } retired { note until 10, }
}
table! {
    /// The inspection catalog: one row per item and revision (随机抽查事项清单).
    traced ITEMS = "items" of Catalog key(item_id, revision) {
        item_id: text public,
        revision: int public,
        name: text public,
        reason: text public,
        published_on: text public,
        province_code: text public,
        terms: text public,
    }
}
table! {
    /// Days that differ from Monday to Friday (节假日安排).
    traced HOLIDAYS = "holidays" of Calendar key(day) {
        day: text public,
        kind: text public,
        source: text public,
    }
}
table! {
    /// The outcome codes in force (检查结果代码), one row per code and version.
    traced OUTCOME_CODES = "outcome_codes" of Catalog key(code, valid_from) {
        code: text public,
        valid_from: text public,
        valid_to: text public,
        label: text public,
        kind: text public,
        follow_up: text public,
        version: text public,
        source: text public,
    }
}
table! {
    /// The rulebook's parameters, whole, one row per version (实施细则).
    traced RULEBOOKS = "rulebooks" of Rulebook key(version) {
        version: text public,
        adopted_on: text public,
        title: text public,
        parameters: text public,
        adopted_at_ms: int public,
    }
}
table! {
    /// One person who signs in.
    traced ACCOUNTS = "accounts" of Accounts key(account_id) {
        account_id: text masked,
        login: text masked,
        name: text masked,
        active: int masked,
    }
}
table! {
    /// Roles granted to an account, per unit.
    traced GRANTS = "grants" of Accounts key(account_id, role, org_unit_id) {
        account_id: text masked,
        role: text masked,
        org_unit_id: text masked,
    }
}
table! {
    /// Digests of the password hashes of accounts and of requests that wait.
    traced CREDENTIAL_MARKS = "credential_marks" of Accounts key(holder) {
        holder: text masked,
        phc_sha256: text masked,
    }
}
table! {
    /// What one administrator asks for and another confirms (授权申请).
    traced ACCESS_REQUESTS = "access_requests" of Accounts key(request_id) {
        request_id: text masked,
        account_id: text masked,
        role: text masked,
        org_unit_id: text masked,
        asked_by: text masked,
        asked_at_ms: int masked,
        state: text masked,
    }
}
table! {
    /// What is signed on paper, as it was entered and confirmed.
    traced SIGNED_PAPERS = "signed_papers" key(paper_id) {
        paper_id: text masked,
        kind: text masked,
        judged_id: text masked,
        org_unit_id: text masked,
        content: text masked,
        signatory_id: text masked,
        number: text masked,
        dated: text masked,
        scan_sha256: text masked,
        entered_by: text masked,
        entered_at_ms: int masked,
        state: text masked,
        decided_by: text masked,
        decided_at_ms: int masked,
        noted_at_ms: int masked,
    }
}
table! {
    /// Campaigns (抽查任务) and the state they are in.
    traced CAMPAIGNS = "campaigns" key(campaign_id) {
        campaign_id: text public,
        number: text public,
        title: text public,
        org_unit_id: text public,
        state: text public,
        attempt: int public,
        window_from: text public,
        window_until: text public,
        plan: text public,
        plan_record: text public,
        life: text masked,
        freeze_record: text public,
        seed_text: text public,
        result_record: text public,
        trust_level: int public,
        figures: text public,
        state_at_ms: int public,
    }
}
table! {
    /// The link under which an outside party hands in its commitment and opens its nonce (见证方).
    traced PARTY_LINKS = "party_links" key(campaign_id, name) {
        campaign_id: text public,
        name: text public,
        link_hash: text masked,
    }
}
table! {
    /// Attempts void after REVEAL, whose draw is opened all the same (SPEC-draw §3.9).
    traced VOID_ATTEMPTS = "void_attempts" key(campaign_id, attempt) {
        campaign_id: text public,
        attempt: int public,
        state: text public,
        life: text masked,
        figures: text public,
        plan_record: text public,
        freeze_record: text public,
        void_record: text public,
        seed_text: text public,
        result_record: text public,
    }
}
table! {
    /// Visits: one subject, one team, all its items at once (检查).
    traced INSPECTIONS = "inspections" of Inspections key(inspection_id) {
        inspection_id: text public,
        campaign_id: text public,
        attempt: int public,
        ordinal: int public,
        subject_id: text masked,
        subject_code: text public,
        subject_name: text public,
        strata: text masked,
        leader_code: text public,
        team: text public,
        state: text public,
        life: text masked,
        outcome: text public,
        state_at_ms: int public,
    }
}
table! {
    /// Visits that are drawn and not yet handed to their teams: whom and by whom as ciphertext.
    traced SEALED_VISITS = "sealed_visits" of Inspections key(inspection_id) {
        inspection_id: text masked,
        campaign_id: text public,
        attempt: int public,
        ordinal: int masked,
        sealed_visit: sealed private,
        drawn_at_ms: int public,
    }
}
table! {
    /// What stands on the portal (公示).
    traced PUBLICATIONS = "publications" key(publication_id) {
        publication_id: text public,
        inspection_id: text public,
        published_at_ms: int public,
        content: text public,
        withdrawn_at_ms: int public,
        withdrawn_reason: text public,
    }
}
table! {
    /// Number series (编号): one per kind, issuer and year.
    traced COUNTERS = "counters" of Counters key(kind, issuer, year) {
        kind: text public,
        issuer: text public,
        year: int public,
        first: int public,
        last: int public,
    }
}
table! {
    /// Password hashes.
    untraced CREDENTIALS = "credentials" because "a password hash must be destroyable; the act of setting it is an event of its own, which holds its digest" key(account_id) {
        account_id: text private,
        phc: text private,
        set_at_ms: int masked,
        must_change: int masked,
    }
}
table! {
    /// The password hash that waits with a request to set it.
    untraced AWAITED_CREDENTIALS = "awaited_credentials" because "a password hash must be destroyable; asking for it and setting it are events of their own, which hold its digest" key(request_id) {
        request_id: text private,
        phc: text private,
    }
}
table! {
    /// Keys of persons, each wrapped under the installation's key.
    untraced PERSON_KEYS = "person_keys" because "must be destroyable: without it what was sealed for the person is noise; destroying it is an event" key(person) {
        person: text private,
        wrapped: blob private,
    }
}
table! {
    /// Signed-in browsers.
    untraced SESSIONS = "sessions" because "lives for hours; signing in is an event of its own" key(token_hash) {
        token_hash: text private,
        account_id: text private,
        form_token: text private,
        created_at_ms: int masked,
        seen_at_ms: int masked,
        display: text masked,
        note: text private,
        unsealed: text private,
    }
}
table! {
    /// Failed attempts, each counter under the mark of what it is of: a name, an address, a known browser.
    untraced LOGIN_FAILURES = "login_failures" because "counters that expire in hours; refused sign-ins are events of their own" key(source) {
        source: text private,
        failures: int masked,
        last_at_ms: int masked,
    }
}
table! {
    /// Browsers that signed in, each with the account it signed in to.
    untraced LOGIN_DEVICES = "login_devices" because "only says whose attempts are counted apart from strangers; signing in is an event of its own" key(device_hash, account_id) {
        device_hash: text private,
        account_id: text private,
        seen_at_ms: int masked,
    }
}
table! {
    /// Half-written forms.
    untraced DRAFTS = "drafts" because "nothing has been said yet" key(account_id, form) {
        account_id: text private,
        form: text masked,
        fields: text private,
        saved_at_ms: int masked,
    }
}
table! {
    /// Forms whose act is done, so that a second press shows the first answer.
    untraced SUBMISSIONS = "submissions" because "only remembers which act a form did and where its answer stands" key(form_key) {
        form_key: text private,
        account_id: text private,
        location: text masked,
        at_ms: int masked,
        content_hash: text private,
        event_id: text masked,
    }
}
table! {
    /// Uploaded registers on their way in.
    untraced IMPORTS = "imports" because "staging; the import itself is one event" key(import_id) {
        import_id: text masked,
        account_id: text private,
        org_unit_id: text masked,
        register: text masked,
        file_name: text masked,
        state: text masked,
        done_rows: int masked,
        summary: text private,
        started_at_ms: int masked,
        updated_at_ms: int masked,
    }
}
table! {
    /// Rows of an upload as they stand in the file, several hundred to a line, as JSON.
    untraced IMPORT_ROWS = "import_rows" because "staging; the import itself is one event" key(import_id, ordinal) {
        import_id: text masked,
        ordinal: int masked,
        rows: text private,
    }
}
table! {
    /// Rows of an upload that cannot be imported, with what is wrong in each, as JSON.
    untraced IMPORT_FAULTS = "import_faults" because "what the error file is made of; kept for the days the rulebook says" key(import_id, ordinal) {
        import_id: text masked,
        ordinal: int masked,
        rows: text private,
    }
}
table! {
    /// Long work: what is under way, how far, and what came of it.
    untraced JOBS = "jobs" because "how far work has come; the traced end of a job is an event of its own" key(job_id) {
        job_id: text masked,
        kind: text masked,
        account_id: text private,
        org_unit_id: text masked,
        about: text masked,
        fingerprint: text masked,
        state: text masked,
        stage: text masked,
        done: int masked,
        total: int masked,
        input: text private,
        outcome: text private,
        stop_asked: int masked,
        holder: text masked,
        lease_until_ms: int masked,
        started_at_ms: int masked,
        updated_at_ms: int masked,
    }
}
table! {
    /// What is announced to every process as being written for long, by the connection that keeps it up.
    untraced ANNOUNCEMENTS = "announcements" because "says what other processes wait for; true only while its writer lives" key(backend) {
        backend: int masked,
        words: text masked,
        until_ms: int masked,
    }
}
table! {
    /// What belongs to an owner and is kept as bytes: photos, scans, the frames, sealed files and S of an
    /// attempt. The row names the content by the SHA-256 of exactly what is stored, of sealed content of
    /// its ciphertext, so that the audit needs no key.
    traced ATTACHMENTS = "attachments" key(owner_kind, owner_id, name) {
        owner_kind: text public,
        owner_id: text public,
        name: text masked,
        media_type: text masked,
        form: text masked,
        sha256: text masked,
        bytes: int masked,
        length: int masked,
    }
}
table! {
    /// Content by its hash, where it lies in the database.
    untraced BLOBS = "blobs" because "the hash of every content that counts stands in a traced row" key(blob_id) {
        blob_id: int masked,
        sha256: text masked,
        kept_at_ms: int masked,
    }
}
table! {
    /// The bytes of a content, in order.
    untraced BLOB_CHUNKS = "blob_chunks" because "the hash of every content that counts stands in a traced row" key(blob_id, ordinal) {
        blob_id: int masked,
        ordinal: int masked,
        bytes: blob private,
    }
}
