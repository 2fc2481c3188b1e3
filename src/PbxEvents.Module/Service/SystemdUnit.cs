using System.Globalization;
using System.Text;

namespace PbxEvents.Module.Service;

/// <summary>The text of a systemd unit. Pure.</summary>
internal static class SystemdUnit
{
    /// <summary>The first systemd whose restart pauses can grow.</summary>
    private const int GrowingPauses = 254;

    private const string OwnSection = "[X-PbxEvents]";

    /// <summary>Writes it.</summary>
    /// <param name="plan">What it runs.</param>
    /// <param name="version">systemd's version; null when it is not known.</param>
    public static string Write(ServicePlan plan, int? version)
    {
        List<string> lines =
        [
            "[Unit]",
            $"Description=PbxEvents listener {plan.Name}",
            "Wants=network-online.target",
            "After=network-online.target",
            "StartLimitIntervalSec=0",
            "",
            "[Service]",
            "Type=notify",
            $"User={plan.User}",
        ];

        // PowerShell as a .NET tool has its runtime elsewhere, and a service has no variable of a shell that says where.
        if (plan.DotnetRoot is { } root)
            lines.Add($"Environment={Quote($"DOTNET_ROOT={root}")}");
        lines.AddRange(
        [
            "Environment=NO_COLOR=1",
            $"ExecStart={string.Join(' ', plan.Words.Select(QuoteWord))}",
            "TimeoutStartSec=300",
            "TimeoutStopSec=30",
            "WatchdogSec=60",
            "Restart=always",
            $"RestartPreventExitStatus={string.Join(' ', ExitCodes.Final)}",

            // .NET's own way to end at SIGTERM, before the script waits.
            "SuccessExitStatus=143",
        ]);
        if (version is null or >= GrowingPauses)
            lines.AddRange(["RestartSec=5", "RestartSteps=8", "RestartMaxDelaySec=900"]);
        else
            lines.Add("RestartSec=60");
        lines.AddRange(
        [
            $"StateDirectory=pbx/{plan.Name}",
            "StateDirectoryMode=0700",
            "UMask=0077",
            "NoNewPrivileges=true",
            "CapabilityBoundingSet=",
            "ProtectSystem=full",
            "ProtectKernelTunables=true",
            "ProtectKernelModules=true",
            "ProtectKernelLogs=true",
            "ProtectControlGroups=true",
            "ProtectClock=true",
            "ProtectHostname=true",
            "PrivateDevices=true",
            "RestrictNamespaces=true",
            "RestrictRealtime=true",
            "RestrictSUIDSGID=true",
            "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
            "LockPersonality=true",
            "SystemCallArchitectures=native",
        ]);

        // A folder for temporary files of its own would hide what lies in the common one.
        if (!plan.Files.Any(f => f.StartsWith("/tmp/", StringComparison.Ordinal) || f.StartsWith("/var/tmp/", StringComparison.Ordinal)))
            lines.Add("PrivateTmp=true");
        lines.AddRange(["", "[Install]", "WantedBy=multi-user.target", "", OwnSection, $"FilePath={plan.FilePath}", ""]);
        return string.Join('\n', lines);
    }

    /// <summary>Reads what Get-PbxService shows of one; null when it is no unit of this module.</summary>
    public static (string FilePath, string User)? Read(string text)
    {
        var lines = text.Split('\n');
        return lines.Contains(OwnSection) ? (ValueOf("FilePath="), ValueOf("User=")) : null;

        string ValueOf(string key) => lines.FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal))?[key.Length..] ?? "";
    }

    /// <summary>In a unit % is a specifier; a word in quotes takes backslash escapes.</summary>
    private static string Quote(string word)
    {
        var text = new StringBuilder("\"");
        foreach (var c in word)
        {
            _ = c switch
            {
                '\\' or '"' => text.Append('\\').Append(c),
                '%' => text.Append("%%"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => text.Append(c),
            };
        }
        return text.Append('"').ToString();
    }

    /// <summary>In a command line $ begins a variable too.</summary>
    private static string QuoteWord(string word) => Quote(word).Replace("$", "$$", StringComparison.Ordinal);
}
