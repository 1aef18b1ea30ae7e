//! `mingqian certificate`: a new server's certificate under the local root, before the old one ends.

use app::port::Clock;
use clap::Args;
use serde_json::json;

use super::place::PlaceArgs;
use super::{Failure, Output};
use crate::certificate;
use crate::ports::OsClock;

/// Arguments of `mingqian certificate`.
#[derive(Debug, Args)]
pub(crate) struct CertificateArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// 浏览器使用的主机名或 IP（可多次，全部重写）
    #[arg(long, required = true)]
    tls_name: Vec<String>,
}

/// Renews and says until when.
pub(crate) fn run(args: &CertificateArgs, output: &Output) -> Result<u8, Failure> {
    let today = OsClock.now().date();
    let issued = certificate::renew(&args.place.own_place()?, &args.tls_name, today)?;
    let folder = issued.folder.display();
    let words = format!(
        "已换发：{folder}/server.pem，有效期至 {}。\n重新启动服务后生效；把 ca.key 移回离线介质。\n",
        issued.until
    );
    output.say(
        &words,
        &json!({"folder": issued.folder, "until": issued.until.to_string()}),
    );
    Ok(0)
}
