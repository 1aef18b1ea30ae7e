//! 关怀版 and 高对比: kept per account, or in the only cookie of the portal.

/// The cookie that keeps the display modes.
const COOKIE: &str = "mq_view";

/// One way to see the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisplayMode {
    /// Larger text, rows and controls.
    #[doc(alias = "关怀版")]
    Large,
    /// Black on white, strong borders.
    #[doc(alias = "高对比")]
    Contrast,
}

/// The display modes that are on; both may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DisplayModes {
    large: bool,
    contrast: bool,
}

impl DisplayModes {
    /// Reads them from the `Cookie` header; anything unknown means off.
    #[must_use]
    pub fn from_cookies(header: &str) -> Self {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .map_or_else(Self::default, |(_, value)| Self::from_text(value))
    }

    /// Reads the stored form, such as `large.contrast`.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut modes = Self::default();
        for word in text.split('.') {
            match word {
                "large" => modes.large = true,
                "contrast" => modes.contrast = true,
                _ => {}
            }
        }
        modes
    }

    /// The stored form.
    #[must_use]
    pub fn as_text(self) -> &'static str {
        match (self.large, self.contrast) {
            (false, false) => "plain",
            (true, false) => "large",
            (false, true) => "contrast",
            (true, true) => "large.contrast",
        }
    }

    /// The value for `Set-Cookie`; a year long, never sent by other sites.
    #[must_use]
    pub fn set_cookie(self, over_tls: bool) -> String {
        let secure = if over_tls { "; Secure" } else { "" };
        format!(
            "{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}",
            self.as_text()
        )
    }

    /// The modes with one of them switched.
    #[must_use]
    pub fn toggled(mut self, mode: DisplayMode) -> Self {
        match mode {
            DisplayMode::Large => self.large = !self.large,
            DisplayMode::Contrast => self.contrast = !self.contrast,
        }
        self
    }

    /// The class of `html`.
    pub(crate) fn class(self) -> &'static str {
        match (self.large, self.contrast) {
            (false, false) => "",
            (true, false) => "large",
            (false, true) => "contrast",
            (true, true) => "large contrast",
        }
    }

    pub(crate) fn is_large(self) -> bool {
        self.large
    }

    pub(crate) fn is_contrast(self) -> bool {
        self.contrast
    }
}

impl DisplayMode {
    /// Reads the value the switch sends.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "large" => Some(Self::Large),
            "contrast" => Some(Self::Contrast),
            _ => None,
        }
    }
}
