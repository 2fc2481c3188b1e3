BeforeDiscovery {
    # A real terminal is needed, and something that types into it and reads it. Read at discovery, where -Skip is decided.
    $script:hasTerminal = $null -ne (Get-Command tmux -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Support.ps1

    # A PowerShell prompt in a terminal of its own; the name of its server keeps it apart from the user's.
    function Open-Terminal {
        $name = "pbxevents-$PID-$([guid]::NewGuid().ToString('N').Substring(0, 6))"
        tmux -L $name -f /dev/null new-session -d -x 200 -y 50 'pwsh -NoLogo -NoProfile'
        Wait-Until { (Get-Screen $name) -match '(?m)^PS ' } "the prompt of $name"
        $name
    }

    function Get-Screen {
        param([string] $Name)

        (tmux -L $Name capture-pane -p) -join "`n"
    }

    # Types a line and waits until it has been carried out, which it says itself.
    function Invoke-Line {
        param([string] $Name, [string] $Line)

        $mark = [guid]::NewGuid().ToString('N').Substring(0, 8)
        tmux -L $Name send-keys -l "$Line; 'done-' + '$mark'"
        tmux -L $Name send-keys Enter
        Wait-Until { (Get-Screen $Name) -match "(?m)^done-$mark" } $Line
    }
}

Describe 'At a prompt in a real terminal' -Skip:(-not $hasTerminal) {
    It 'an action''s output appears without a key pressed, <With>' -ForEach @(
        @{ With = 'with PSReadLine'; Prepare = '[void]0' }
        @{ With = 'without PSReadLine'; Prepare = 'Remove-Module PSReadLine -ErrorAction Ignore' }
    ) {
        $terminal = Open-Terminal
        try {
            Invoke-Line $terminal $Prepare
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal '$s = Start-PbxSimulator TelecomX'
            Invoke-Line $terminal '$null = $s | Connect-PbxEvents'
            Invoke-Line $terminal '$null = Register-PbxSubscription Call { if ($_.Outcome) { "outcome: " + $_.Outcome } }'

            # Not a key from here on: the prompt is idle when the call comes.
            Invoke-Line $terminal 'Invoke-PbxSimulation Missed -Pace 500 -NoWait'
            Wait-Until { (Get-Screen $terminal) -match '(?m)outcome: Missed$' } 'the action''s output'
        } finally {
            tmux -L $terminal kill-server
        }
    }
}
