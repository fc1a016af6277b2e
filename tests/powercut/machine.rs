//! A disk that can be switched off.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Shuts down the file systems whose mount points it reads, without writing out their journals
/// (`FS_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`).
const SWITCH: &str = r#"
    use Fcntl;
    $| = 1;
    while (<STDIN>) {
        chomp;
        my $flag = pack("L", 2);
        sysopen(my $dir, $_, O_RDONLY) or die "$_: $!\n";
        ioctl($dir, 0x8004587D, $flag) or die "the kernel does not shut an ext4 down: $!\n";
        close($dir);
        print "off\n";
    }
"#;

/// How large the disk is, in bytes.
const SIZE: u64 = 32 << 20;

/// A mounted ext4 in a file.
pub(crate) struct Machine {
    dir: tempfile::TempDir,
    /// Which file is the disk.
    disk: u64,
    mounted: bool,
    perl: Child,
    switch: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Machine {
    /// Makes the disk and tries its switch; or says what is missing for that.
    pub(crate) fn new() -> Result<Machine, String> {
        let mut perl = Command::new("perl")
            .args(["-e", SWITCH])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("perl is needed: {error}"))?;
        let mut machine = Machine {
            // In memory where there is such a place: what counts is what the kernel has not handed to the disk.
            dir: tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap(),
            disk: 0,
            mounted: false,
            switch: perl.stdin.take().unwrap(),
            answers: BufReader::new(perl.stdout.take().unwrap()),
            perl,
        };
        std::fs::create_dir(machine.mount_point()).unwrap();
        machine.format()?;
        machine.mount()?;
        machine.try_cut()?;
        Ok(machine)
    }

    /// The folder of photos.
    pub(crate) fn folder(&self) -> PathBuf {
        self.mount_point().join("photos")
    }

    pub(crate) fn mount_point(&self) -> PathBuf {
        self.dir.path().join("mount")
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join(format!("disk-{}", self.disk))
    }

    /// An empty disk.
    pub(crate) fn fresh(&mut self) {
        self.unmount();
        std::fs::remove_file(self.image()).unwrap();
        self.disk += 1;
        self.format().and_then(|()| self.mount()).unwrap();
    }

    /// Cuts the power.
    pub(crate) fn cut(&mut self) {
        self.try_cut().unwrap();
    }

    /// The power comes back; the journal is replayed. Of the old disk nobody in this machine may know any more, so it is
    /// a copy that is mounted: programs with a view of their own of what is mounted keep the old one alive.
    pub(crate) fn restart(&mut self) {
        self.unmount();
        let old = self.image();
        self.disk += 1;
        std::fs::copy(&old, self.image()).unwrap();
        std::fs::remove_file(old).unwrap();
        self.mount().unwrap();
    }

    /// The disk fails, and the kernel lets nobody write to it any more.
    pub(crate) fn fail(&self) -> Result<(), String> {
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
        let mount_point = self.mount_point();
        let of_ours = |line: &&str| line.split(' ').nth(1).map(Path::new) == Some(&mount_point);
        let device = mounts.lines().find(of_ours).unwrap();
        let device = device.split(' ').next().unwrap().trim_start_matches("/dev/");
        std::fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "1")
            .map_err(|error| error.to_string())
    }

    fn try_cut(&mut self) -> Result<(), String> {
        let mut answer = String::new();
        writeln!(self.switch, "{}", self.mount_point().display())
            .and_then(|()| self.answers.read_line(&mut answer))
            .map_err(|error| error.to_string())?;
        if answer == "off\n" { Ok(()) } else { Err("perl could not cut the power".to_owned()) }
    }

    fn format(&self) -> Result<(), String> {
        let image = std::fs::File::create(self.image()).unwrap();
        image.set_len(SIZE).unwrap();
        call("mkfs.ext4", &["-q", "-F"], &[&self.image()])
    }

    /// Without `auto_da_alloc`, ext4 does not sync by itself what replaces another file.
    fn mount(&mut self) -> Result<(), String> {
        let options = ["-o", "loop,noauto_da_alloc,errors=remount-ro"];
        call("mount", &options, &[&self.image(), &self.mount_point()])?;
        self.mounted = true;
        Ok(())
    }

    fn unmount(&mut self) {
        if std::mem::take(&mut self.mounted) {
            call("umount", &[], &[&self.mount_point()]).unwrap();
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if self.mounted {
            let _ = call("umount", &["-l"], &[&self.mount_point()]);
        }
        let _ = self.perl.kill();
        let _ = self.perl.wait();
    }
}

/// Calls a program; or says why it failed.
pub(crate) fn call(program: &str, options: &[&str], paths: &[&Path]) -> Result<(), String> {
    let output = Command::new(program)
        .args(options)
        .args(paths)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{program}: {}", said.trim()))
    }
}
