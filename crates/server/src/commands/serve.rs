//! `mingqian serve`: the server on one address, plain http on loopback only, TLS everywhere else.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::auditing::AuditWork;
use app::drawing::NotFollowed;
use app::job::Limits;
use app::refused::Window;
use app::staging::Staging;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use clap::Args;
use serde_json::json;
use store::{Db, org};
use tokio::time::MissedTickBehavior;
use verify::disk;
use web::gate::{Facts, Network, Proxies, Site, WebState};

use super::place::PlaceArgs;
use super::{Failure, Output};
use crate::bureau::{ReserveArgs, Serving};
use crate::line::{self, Bounds, Doors, LineArgs};
use crate::machine;
use crate::record::{self, RecordArgs};
use crate::watch::Watch;

/// Arguments of `mingqian serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// 监听地址；没有证书时只能是本机（127.0.0.1 或 ::1）
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// TLS 证书（PEM，含中间证书）
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// TLS 私钥（PEM）
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// 后台同时办几件事（导入、导出、大名录的冻结），1 到 4，其余排队
    #[arg(long, value_name = "件数", default_value = "2", value_parser = at_once)]
    jobs: usize,
    /// 大家用来打开本系统的地址（https://主机名）：印在见证链接和二维码上；前面有反向代理的必须写
    #[arg(long, value_name = "地址")]
    public_url: Option<Site>,
    /// 反向代理的地址或网段，逗号分开或写几次；只有它们写的 X-Forwarded-For 才算来访者的地址
    #[arg(long, value_name = "地址", value_delimiter = ',')]
    trusted_proxy: Vec<Network>,
    /// 另开一个只限本机的地址（如 127.0.0.1:9464）：/metrics、/health、/ready
    #[arg(long, value_name = "地址")]
    metrics: Option<SocketAddr>,
    #[command(flatten)]
    room: ReserveArgs,
    #[command(flatten)]
    line: LineArgs,
    #[command(flatten)]
    record: RecordArgs,
}

/// As many as leave pages the readers they need.
fn at_once(text: &str) -> Result<usize, String> {
    let most = Db::LONG_VIEWS;
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("写 1 到 {most} 之间的数：再多，页面就轮不到读数据库"))
}

/// How often what long work left behind is looked after.
const UPKEEP: Duration = Duration::from_secs(60);

/// How often it is asked what follows by itself.
const FOLLOW: Duration = Duration::from_secs(1);

/// How long open requests may take to end after a signal.
const GRACE: Duration = Duration::from_secs(10);

/// Runs until a signal.
pub(crate) fn run(args: &ServeArgs, output: &Output) -> Result<u8, Failure> {
    let tls = args.tls_cert.as_ref().zip(args.tls_key.as_ref());
    if tls.is_none() && !is_loopback(args.listen.ip()) {
        return Err(Failure::new(
            "SERV-001",
            args.listen.to_string(),
            "没有证书时只能监听本机地址。用 --tls-cert 和 --tls-key 指定证书，或由 mingqian init --tls-name 建立本地证书。",
        ));
    }
    if args.public_url.is_none() && args.listen.ip().is_unspecified() {
        return Err(Failure::new(
            "SERV-009",
            args.listen.to_string(),
            "监听本机的全部地址时，程序不知道大家用哪个地址打开它，而见证链接和二维码要印上去。用 --public-url https://主机名 写明；端口不是 443 的连端口一起写。",
        ));
    }
    if let Some(watch) = args.metrics.filter(|watch| !is_loopback(watch.ip())) {
        return Err(Failure::new(
            "SERV-010",
            watch.to_string(),
            "运行状况只在本机地址上说。写 --metrics 127.0.0.1:9464 的样子，要从别处看的，由本机的采集程序或反向代理转出去。",
        ));
    }
    record::begin(&args.record)?;
    runtime()?.block_on(serve(args, tls, output))
}

/// The runtime of commands that wait.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("CLI-102", "runtime", disk::why(&error)))
}

/// Under which address people reach it: as the operator says, or where it listens.
fn site(args: &ServeArgs, over_tls: bool, address: SocketAddr) -> Site {
    let listening = || Site::listening(over_tls, address);
    args.public_url.clone().unwrap_or_else(listening)
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.is_loopback()
}

async fn serve(
    args: &ServeArgs,
    tls: Option<(&PathBuf, &PathBuf)>,
    output: &Output,
) -> Result<u8, Failure> {
    let place = args.place.own_place()?;
    place.give_up_if_full(args.room);
    let (app, mut serving) = place.open_to_serve(output).await?;
    let ended = on_air(&app, args, tls, (serving.as_mut(), output)).await;
    last_refused(&app).await;
    let kept = place.close(&app).await;
    ended.and_then(|code| kept.map(|()| code))
}

/// What comes first can still be taken back: the folder is held and the address bound before anything that the last
/// run left is touched, so that a start beside a working server changes nothing of its work.
async fn on_air(
    app: &App,
    args: &ServeArgs,
    tls: Option<(&PathBuf, &PathBuf)>,
    (serving, output): (Option<&mut Serving>, &Output),
) -> Result<u8, Failure> {
    let tls = match tls {
        Some(files) => Some(certified(files).await?),
        None => None,
    };
    let (listener, address) = bound(args.listen, "--listen")?;
    let watch = args.metrics.map(|watch| bound(watch, "--metrics"));
    let watch = watch.transpose()?;
    if let Some(serving) = serving {
        serving.listens(address)?;
    }
    let place = args.place.place()?;
    place.keep_room(app.clone(), args.room).await;
    let keeping = place.keep_checkpoints(app.clone()).await?;
    let proxies = Proxies::new(&args.trusted_proxy);
    let web = ready(app.clone(), args, tls.is_some())
        .await?
        .reached_at(site(args, tls.is_some(), address))
        .behind(proxies.clone());
    let shared = move |address| proxies.holds(address);
    let doors = Doors::new(Bounds::of_process(args.line), shared);
    let machine = machine::Serving {
        place: args.place.place()?,
        app: app.clone(),
        doors: doors.clone(),
        keeping: keeping.clone(),
    };
    let web = web.on(Arc::new(machine));
    let handle = Handle::new();
    tokio::spawn(stop_on_signal(handle.clone()));
    let router = web::route::router(&web);
    let watched = watch.as_ref().map(|(_, address)| *address);
    if let Some((listener, _)) = watch {
        let watch = Watch::new(web.app, (&place.data, keeping), web.measures, doors.clone());
        tokio::spawn(watch.serve(listener, Handle::new()));
    }
    tokio::spawn(announce(handle.clone(), tls.is_some(), watched, *output));
    line::serve(listener, tls, router, doors, handle)
        .await
        .map(|()| 0)
        .map_err(|error| unheard(args.listen, "--listen", &error))
}

fn bound(listen: SocketAddr, option: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bind = || {
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bind().map_err(|error| unheard(listen, option, &error))
}

fn unheard(listen: SocketAddr, option: &str, error: &std::io::Error) -> Failure {
    let why = disk::why(error);
    Failure::new(
        "SERV-003",
        listen.to_string(),
        format!("不能监听：{why}地址由 {option} 指定。"),
    )
}

async fn certified((cert, key): (&PathBuf, &PathBuf)) -> Result<RustlsConfig, Failure> {
    // Fails only if a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    RustlsConfig::from_pem_file(cert, key)
        .await
        .map_err(|error| {
            Failure::new(
                "SERV-002",
                cert.display().to_string(),
                format!(
                    "证书或私钥不能用：{}检查两个文件是否为 PEM、是否配对。",
                    disk::why(&error)
                ),
            )
        })
}

/// What the last run left half done is put in order, and the site is made.
async fn ready(app: App, args: &ServeArgs, over_tls: bool) -> Result<WebState, Failure> {
    let facts = facts(&app).await?;
    let limits = Limits {
        at_once: args.jobs,
        ..Limits::default()
    };
    let imports = super::read_table::staging(app.clone(), &args.place.place()?, limits)?;
    let auditor = Arc::new(machine::Looking(args.place.place()?));
    let audits = AuditWork::new(auditor);
    imports.jobs().register(Arc::new(audits));
    let recovered = async {
        imports.jobs().recover().await?;
        imports.recover().await
    };
    recovered
        .await
        .map_err(|error| Failure::new("SERV-005", "jobs", error.to_string()))?;
    tokio::spawn(keep_up(imports.clone(), app.clone()));
    tokio::spawn(follow(app.clone()));
    Ok(WebState::new(app, over_tls, facts).with_imports(imports))
}

/// Does what follows by itself in draws, as long as the server runs. What fails is due still, and is told once.
async fn follow(app: App) {
    let mut tick = tokio::time::interval(FOLLOW);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = BTreeMap::new();
    loop {
        tick.tick().await;
        if app.db.is_closed() {
            return;
        }
        match app.follow_draws().await {
            Ok(failed) => tell(&mut told, failed),
            Err(error) => tracing::warn!("看不到哪些抽取该办，稍后再看：{error}"),
        }
    }
}

fn tell(told: &mut BTreeMap<String, String>, failed: Vec<NotFollowed>) {
    let now: BTreeMap<String, String> = failed
        .into_iter()
        .map(|one| (one.campaign.to_string(), one.why.to_string()))
        .collect();
    for (campaign, why) in &now {
        if told.get(campaign) != Some(why) {
            tracing::error!("抽查任务 {campaign} 该由程序办理的一步没有办成，还会再办：{why}");
        }
    }
    *told = now;
}

/// Looks after long work, and after what erasures left behind, as long as the server runs.
async fn keep_up(imports: Staging, app: App) {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        if let Err(error) = imports.upkeep().await {
            tracing::warn!("例行清理没有做成，稍后再做：{}", error.recorded());
        }
        keep_tries(&app).await;
        sweep(&app.db).await;
    }
}

async fn keep_tries(app: &App) {
    if let Err(error) = app.keep_tries().await {
        tracing::warn!("被拒的登录还没有写入留痕，稍后再写：{}", error.recorded());
    }
}

/// Before the database is closed: what was refused since the last entry.
async fn last_refused(app: &App) {
    if let Err(error) = app.write_refused(Window::Ends).await {
        tracing::warn!("最后几次被拒的登录没有写入留痕：{}", error.recorded());
    }
}

async fn sweep(db: &Db) {
    if let Err(error) = db.sweep().await {
        tracing::warn!("旧页没有清扫掉，稍后再做：{}", error.recorded());
    }
}

async fn facts(app: &App) -> Result<Facts, Failure> {
    let read = async {
        let mut reader = app.db.read().await?;
        let bureau = org::fact(&mut reader, "bureau").await?;
        Ok((bureau, org::fact(&mut reader, "demonstration").await?))
    };
    let (bureau, demonstration) = read.await.map_err(|error: store::StoreError| {
        Failure::new(error.code(), "database", error.to_string())
    })?;
    let bureau = bureau.ok_or_else(|| {
        Failure::new(
            "SERV-004",
            "database",
            "库里没有局的名称（表 installation 行 bureau）。停止办理，运行 mingqian audit 看还有哪些改动，再从备份恢复这个库。",
        )
    })?;
    Ok(Facts {
        bureau,
        demonstration: demonstration.as_deref() == Some("1"),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Says where it listens once it does; scripts wait for this line.
async fn announce(
    handle: Handle<SocketAddr>,
    over_tls: bool,
    watched: Option<SocketAddr>,
    output: Output,
) {
    if let Some(address) = handle.listening().await {
        let scheme = if over_tls { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        let mut words = format!("已启动：{url}");
        let mut said = json!({"listening": url});
        if let Some(watched) = watched {
            words.push_str(&format!("；运行状况：http://{watched}"));
            said["metrics"] = format!("http://{watched}").into();
        }
        output.say(&words, &said);
    }
}

async fn stop_on_signal(handle: Handle<SocketAddr>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    handle.graceful_shutdown(Some(GRACE));
}
