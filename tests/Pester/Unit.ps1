# The unit of a service without systemd, for the tests that need one. Dot-source it after Support.ps1.

# The words of a unit's command line, as systemd takes it apart.
function Get-Word {
    param([string] $Unit)

    $line = [regex]::Match($Unit, '(?m)^ExecStart=(.*)$').Groups[1].Value
    [regex]::Matches($line, '"((?:[^"\\]|\\.)*)"').ForEach({ $_.Groups[1].Value -replace '\\(.)', '$1' -replace '%%', '%' -replace '\$\$', '$' })
}

# Runs a unit's command line with no variable but the unit's and those that systemd gives, as the user if it is another one, and hears what
# it tells systemd. ModuleFolder is for modules that the user has, HeapMegabyte the most that
# its objects may take.
function Open-Unit {
    param([string] $Unit, [string] $Folder, [switch] $Abstract, [string] $User, [string] $ModuleFolder, [int] $HeapMegabyte)

    $name = "$Folder/notify-$(New-Guid)"
    $listener = [System.Net.Sockets.Socket]::new('Unix', 'Dgram', 'Unspecified')
    $listener.Bind([System.Net.Sockets.UnixDomainSocketEndPoint]::new($Abstract ? "`0$name" : $name))
    if (-not $Abstract) { chmod 777 $name }
    $words = @(Get-Word $Unit)
    # systemd leaves no process between.
    if ($User) { $words = @('/usr/bin/setpriv', "--reuid=$User", "--regid=$(id -g $User)", '--clear-groups') + $words }
    $start = [System.Diagnostics.ProcessStartInfo]::new($words[0])
    $words | Select-Object -Skip 1 | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $start.WorkingDirectory = '/'
    $start.Environment.Clear()
    [regex]::Matches($Unit, '(?m)^Environment="?(\w+)=([^"\n]*)"?$').ForEach({ $start.Environment[$_.Groups[1].Value] = $_.Groups[2].Value })
    $start.Environment['NOTIFY_SOCKET'] = $Abstract ? "@$name" : $name
    $start.Environment['WATCHDOG_USEC'] = '3000000'
    $start.Environment['STATE_DIRECTORY'] = $start.Environment['HOME'] = $Folder
    $start.Environment['PATH'] = '/usr/bin:/bin'
    if ($HeapMegabyte) { $start.Environment['DOTNET_GCHeapHardLimit'] = '0x{0:X}' -f ($HeapMegabyte * 1MB) }
    if ($ModuleFolder) { $start.Environment['PSModulePath'] = $ModuleFolder }
    $process = [System.Diagnostics.Process]::Start($start)
    [pscustomobject]@{
        Process  = $process
        Output   = $process.StandardOutput.ReadToEndAsync()
        Errors   = $process.StandardError.ReadToEndAsync()
        Listener = $listener
        Said     = [System.Collections.Generic.List[string]]::new()
    }
}

# Waits until such a process has told systemd something.
function Wait-Said {
    param($Run, [string] $Pattern, [int] $Count = 1)

    $buffer = [byte[]]::new(10000)
    Wait-Until {
        while ($Run.Listener.Poll(0, 'SelectRead')) { $Run.Said.Add([System.Text.Encoding]::UTF8.GetString($buffer, 0, $Run.Listener.Receive($buffer))) }
        if ($Run.Process.HasExited -and $Run.Process.ExitCode) { throw "It ended: $($Run.Output.Result) $($Run.Errors.Result)" }
        @($Run.Said -like $Pattern).Count -ge $Count -or $Run.Process.HasExited
    } "$Pattern, $($Run.Said)" -Seconds 90
    @($Run.Said -like $Pattern).Count | Should -BeGreaterOrEqual $Count -Because "$($Run.Said)"
}

# Ends it as systemd does.
function Wait-UnitEnd {
    param($Run)

    kill -TERM $Run.Process.Id
    Wait-Until { $Run.Process.HasExited } 'its end'
}

function Close-Unit {
    param($Run)

    if ($Run -and -not $Run.Process.HasExited) { $Run.Process.Kill() }
    if ($Run) { $Run.Listener.Dispose() }
}
