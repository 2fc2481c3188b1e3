using System.Xml.Linq;
using PbxEvents.Module.Service;

namespace PbxEvents.Tests.Unit.Module;

public sealed class ServiceTextTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-service").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(DisplayName = "finds PowerShell that brings its own .NET, that of a .NET tool, and one that is an assembly only")]
    public void Program()
    {
        var pwsh = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        var runtime = Path.Combine(_folder, "dotnet", "shared", "Microsoft.NETCore.App", "10.0.0");
        var package = Directory.CreateDirectory(Path.Combine(_folder, "package")).FullName;
        var tool = Directory.CreateDirectory(Path.Combine(_folder, "tool")).FullName;
        File.WriteAllText(Path.Combine(package, pwsh), "");
        File.WriteAllText(Path.Combine(tool, pwsh), "");

        var plan = Make(package, package);
        Assert.Equal((Path.Combine(package, pwsh), null), (plan.Program.Single(), plan.DotnetRoot));
        plan = Make(tool, runtime);
        Assert.Equal((Path.Combine(tool, pwsh), Path.Combine(_folder, "dotnet")), (plan.Program.Single(), plan.DotnetRoot));
        File.Delete(Path.Combine(tool, pwsh));
        plan = Make(tool, runtime);
        Assert.Equal([Path.Combine(_folder, "dotnet", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"), Path.Combine(tool, "pwsh.dll")], plan.Program);
        Assert.Equal(Path.Combine(_folder, "module", "RunService.ps1"), plan.Launcher);
    }

    [Fact(DisplayName = "lets pauses grow where systemd knows how, and does not restart what a restart cannot change")]
    public void Restarts()
    {
        var plan = Plan("/srv/tickets.ps1");
        Assert.Contains("\nRestartSteps=8\nRestartMaxDelaySec=900\n", SystemdUnit.Write(plan, 254), StringComparison.Ordinal);
        var older = SystemdUnit.Write(plan, 253);
        Assert.DoesNotContain("RestartSteps", older, StringComparison.Ordinal);
        Assert.Contains("\nRestartSec=60\n", older, StringComparison.Ordinal);
        Assert.Contains("\nRestartPreventExitStatus=77 78\n", older, StringComparison.Ordinal);
        Assert.Contains("\nStateDirectory=pbx/tickets\n", older, StringComparison.Ordinal);
    }

    [Fact(DisplayName = "has a folder of its own for temporary files, unless what it runs lies in the common one")]
    public void Temporary()
    {
        Assert.Contains("\nPrivateTmp=true\n", SystemdUnit.Write(Plan("/srv/tickets.ps1"), null), StringComparison.Ordinal);
        Assert.DoesNotContain("PrivateTmp", SystemdUnit.Write(Plan("/tmp/tickets.ps1"), null), StringComparison.Ordinal);
    }

    [Fact(DisplayName = "quotes what systemd and Windows would read otherwise, and reads its own definition")]
    public void Quotes()
    {
        const string path = """/srv/a "b" 5%$x\.ps1""";
        var unit = SystemdUnit.Write(Plan(path), null);
        Assert.Contains("""
            "-FilePath" "/srv/a \"b\" 5%%$$x\\.ps1"
            """.Trim(), unit, StringComparison.Ordinal);
        Assert.Equal((path, "pbx"), SystemdUnit.Read(unit));
        Assert.Null(SystemdUnit.Read("[Service]\nUser=pbx\nFilePath=/srv/x.ps1\n"));

        var task = TaskDefinition.Write(Plan(@"C:\a ""b"" & <c>\"));
        Assert.Equal((@"C:\a ""b"" & <c>\", "pbx"), TaskDefinition.Read(task));
        var arguments = XDocument.Parse(task).Descendants().Single(e => e.Name.LocalName == "Arguments").Value;
        Assert.EndsWith("""
             "-FilePath" "C:\a \"b\" & <c>\\" -Supervise
            """.TrimEnd(), arguments, StringComparison.Ordinal);
    }

    [Theory(DisplayName = "logs on as the account can")]
    [InlineData(@"NT AUTHORITY\LOCAL SERVICE", "ServiceAccount")]
    [InlineData(@"DOMAIN\pbx$", "Password")]
    [InlineData(@"DOMAIN\pbx", "S4U")]
    public void Logon(string user, string type) => Assert.Equal(
        type, XDocument.Parse(TaskDefinition.Write(Plan("x.ps1") with { User = user })).Descendants().Single(e => e.Name.LocalName == "LogonType").Value);

    [Fact(DisplayName = "installs, shows and removes by systemctl, and lets a unit that is not its own be")]
    public void Systemctl()
    {
        if (!OperatingSystem.IsLinux())
            return;
        List<string> said = [];
        var shown = "";
        var services = new SystemdServices(_folder, words =>
        {
            said.Add(string.Join(' ', words));
            return words[0] switch { "show" => shown, "--version" => "systemd 255 (255.4)\n+PAM", _ => "" };
        });
        var script = Path.Combine(_folder, "tickets.ps1");
        File.WriteAllText(script, "");
        var plan = Plan(script) with { User = Environment.UserName, Program = ["/bin/true"], Launcher = script };
        var definition = services.Define(plan);
        Assert.Contains("RestartSteps", definition, StringComparison.Ordinal);
        said.Clear();
        services.Install(plan, definition);
        Assert.Equal(["daemon-reload", "enable tickets.service", "restart --no-block tickets.service"], said);

        File.WriteAllText(Path.Combine(_folder, "ssh.service"), "[Service]\n");
        shown = "ActiveState=active\nStatusText=desk Connected, a=b\nExecMainStatus=0\nExecMainExitTimestampMonotonic=0\nNRestarts=2\n";
        var service = services.GetAll().Single();
        Assert.Equal(("tickets", PbxServiceState.Running, "desk Connected, a=b", null, 2), (service.Name, service.State, service.Status, service.ExitCode, service.Restarts));
        shown = "ActiveState=failed\nStatusText=\nExecMainStatus=77\nExecMainExitTimestampMonotonic=123\n";
        service = services.GetAll().Single();
        Assert.Equal((PbxServiceState.Failed, null, 77, null), (service.State, service.Status, service.ExitCode, service.Restarts));
        Assert.Throws<PbxException>(() => services.Install(plan with { Name = "ssh" }, definition));
        Assert.Throws<PbxException>(() => services.Install(plan with { User = "no-such-user" }, definition));

        said.Clear();
        services.Remove(service);
        Assert.Equal(["disable --now tickets.service", "daemon-reload"], said);
        Assert.False(File.Exists(service.Path));
    }

    private ServicePlan Make(string powerShell, string runtime) => ServicePlan.Make("tickets", "x.ps1", "pbx", powerShell, runtime, Path.Combine(_folder, "module"));

    private static ServicePlan Plan(string path) => new("tickets", path, "pbx", ["/opt/pwsh"], null, "/opt/PbxEvents/RunService.ps1");
}
