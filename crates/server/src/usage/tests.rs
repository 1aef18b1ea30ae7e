use clap::Parser as _;

use super::*;
use crate::cli::Cli;

fn said(args: &[&str]) -> String {
    let line = std::iter::once("mingqian").chain(args.iter().copied());
    let error = Cli::try_parse_from(line).unwrap_err();
    let problem = refused(&error).unwrap().problems.remove(0);
    assert_eq!(problem.code, "CLI-104");
    format!("{}：{}", problem.place, problem.sentence)
}

#[test]
fn a_wrong_command_line_is_refused_in_chinese_by_the_argument_that_is_wrong() {
    for (args, says) in [
        (&["serv"][..], "命令：没有“serv”这个命令。"),
        (&[], "命令：没有写要做什么。"),
        (&["serve", "--port", "80"], "--port：没有这个参数。"),
        (&["serve", "--jobs", "9"], "不能写“9”：写 1 到 4 之间的数"),
        (&["serve", "--listen", "here"], "不能写“here”：原文："),
        (&["serve", "--data"], "后面要写一个值。"),
        (&["init", "--bureau", "某局"], "没有写，它是必需的。"),
        (&["serve", "--tls-cert", "a.pem"], "--tls-key"),
        (&["audit", "--data", "a", "--data", "b"], "只能写一次。"),
    ] {
        let words = said(args);
        assert!(words.contains(says), "{args:?}: {words}");
        assert!(words.contains("没有办理任何事"), "{args:?}: {words}");
        for english in ["error", "Usage", "unexpected", "required", "For more"] {
            assert!(!words.contains(english), "{args:?}: {words}");
        }
    }
}

#[test]
fn help_and_version_are_no_refusals() {
    for args in [["mingqian", "--help"], ["mingqian", "--version"]] {
        let error = Cli::try_parse_from(args).unwrap_err();
        assert!(refused(&error).is_none());
    }
}
