using System.Management.Automation;
using PbxEvents.Module.Connections;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Service;

/// <summary>What RunService.ps1, which a unit or task starts, needs of the module, and what shows something asks first. The thread of the script.</summary>
public static class ServiceProcess
{
    /// <summary>
    /// From now on the session tells its supervisor how it stands, and writes its log: to the standard output as journald reads it, on Windows to
    /// the event log.
    /// </summary>
    public static void Begin()
    {
        var session = ModuleState.Current;
        session.Log = ServiceLog.Of(session, OperatingSystem.IsWindows() ? new EventLogSink() : new StandardOutputSink());
        session.TellSupervisor();
    }

    /// <summary>Writes what the script or an action has put out into the log, when there is one and it belongs there.</summary>
    /// <param name="item">The item.</param>
    /// <returns>False when it does not.</returns>
    public static bool Take(object? item) => item is not null && ModuleState.Current.Log?.Take(item) == true;

    /// <summary>The script has ended by an error: writes it into the log.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The exit code for it.</returns>
    public static int Fail(ErrorRecord error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var code = ExitCodes.Of(error);
        ModuleState.Current.Log?.Write(ActivityLevel.Error, $"{ServiceLog.Describe(error)} {(IsFinal(code) ? SR.NotStartedAgain : "")}".Trim());
        return code;
    }

    /// <summary>True when nothing is to start the listener again after this exit code.</summary>
    /// <param name="code">The code.</param>
    /// <returns>Whether it is one of those that a restart cannot change.</returns>
    public static bool IsFinal(int code) => ExitCodes.Final.Contains(code);
}
