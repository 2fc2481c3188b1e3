BeforeDiscovery {
    # A real terminal is needed, and something that types into it and reads it. Read at discovery, where -Skip is decided.
    $script:hasTerminal = $null -ne (Get-Command tmux -CommandType Application -ErrorAction Ignore)

    $prompts = @(
        @{ With = 'with PSReadLine'; Prepare = '[void]0' }
        @{ With = 'without PSReadLine'; Prepare = 'Remove-Module PSReadLine -ErrorAction Ignore' }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Terminal.ps1
}

Describe 'At a prompt in a real terminal' -Skip:(-not $hasTerminal) {
    It 'an action''s output appears without a key pressed, <With>' -ForEach $prompts {
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
            Close-Terminal $terminal
        }
    }

    It 'Tab offers an extension with its name, and a table shows it' {
        $terminal = Open-Terminal
        try {
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal '$s = Start-PbxSimulator TelecomX'
            Invoke-Line $terminal '$null = $s | Connect-PbxEvents'
            Invoke-Line $terminal '$null = Register-PbxSubscription Call'
            Invoke-Line $terminal 'while (-not ($tip = (TabExpansion2 "Get-PbxCall -Extension 1003" 27).CompletionMatches.ToolTip)) { Start-Sleep -Milliseconds 100 }'

            # The menu of PSReadLine shows the tip of what it stands at.
            Invoke-Line $terminal 'Set-PSReadLineKeyHandler -Key Tab -Function MenuComplete'
            tmux -L $terminal send-keys -l 'Get-PbxCall -Extension 100'
            Send-Key $terminal 'Tab'
            Wait-Screen $terminal '1001 Employee 1001'

            # One takes the offer, the other carries the line out.
            Send-Key $terminal 'Enter'
            Send-Key $terminal 'Enter'

            Invoke-Line $terminal 'Invoke-PbxSimulation Missed -Pace 0 > $null; $null = Wait-PbxCall -Outcome Missed -Timeout 30'
            Send-Line $terminal 'Get-PbxCall'
            Wait-Screen $terminal '(?m)^[\d:]+ +Missed .* Employee 1001 '
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'Ctrl+C ends a slow action at the idle prompt, <With>' -ForEach $prompts {
        $terminal = Open-Terminal
        try {
            Invoke-Line $terminal $Prepare
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal '$s = Start-PbxSimulator TelecomX; $null = $s | Connect-PbxEvents; $global:slow = $true'
            Invoke-Line $terminal '$null = Register-PbxSubscription Call { if ($slow) { $global:slow = $false; $Host.UI.WriteLine("begins"); Start-Sleep 60 } else { "handled" } }'
            Send-Line $terminal 'Invoke-PbxSimulation Missed -Pace 0 -NoWait'
            Wait-Screen $terminal '(?m)\bbegins$'
            Send-Key $terminal C-c

            # And once in the line that was typed.
            Wait-Screen $terminal '(?s)(\bhandled\b.*){5}'

            # What is typed next is read as before.
            Send-Key $terminal C-c
            Invoke-Line $terminal '"failed: " + (Get-PbxSubscription).Failures'
            Wait-Screen $terminal '(?m)^failed: 1'
        } finally {
            Close-Terminal $terminal
        }
    }

    It 'Ctrl+C twice ends a slow action and suspends what waits, until it is resumed' {
        $terminal = Open-Terminal
        try {
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal '$s = Start-PbxSimulator TelecomX; $null = $s | Connect-PbxEvents'
            Invoke-Line $terminal '$slow = $true; $null = Register-PbxSubscription Call { if ($slow) { $Host.UI.WriteLine("begins $($_.Sequence)"); Start-Sleep 60 } else { "handled" } }'
            Send-Line $terminal 'Invoke-PbxSimulation Missed -Pace 0 -NoWait; Wait-PbxEvent Voicemail'
            # Two within two seconds; on a busy machine the second may come too late, and the next one is the second.
            $pressed = 0
            do {
                Wait-Until { (Get-Screen $terminal) -match 'Actions are suspended' -or ([regex]::Matches((Get-Screen $terminal), '(?m)^begins \d')).Count -gt $pressed } 'an action or the end'
                $isSuspended = (Get-Screen $terminal) -match 'Actions are suspended'
                if (-not $isSuspended) {
                    Send-Key $terminal C-c
                    $pressed++
                }
            } until ($isSuspended)
            $pressed | Should -BeGreaterOrEqual 2
            $rest = 5 - $pressed
            Wait-Screen $terminal "Actions are suspended; $rest events? (is|are) waiting"

            # The prompt is free. What is typed before it stands there may be lost. Ctrl+C may have ended the function that makes it too: then it is PS>.
            Wait-Screen $terminal '(?s)Actions are suspended.*\nPS[^\n]*>\s*$'
            Invoke-Line $terminal '$slow = $false; "failed: " + (Get-PbxSubscription).Failures'
            Wait-Screen $terminal "(?m)^failed: $pressed"
            Invoke-Line $terminal 'Resume-PbxAction'
            Wait-Until { ([regex]::Matches((Get-Screen $terminal), '(?m)^handled')).Count -eq $rest } 'the rest'
        } finally {
            Close-Terminal $terminal
        }
    }
}
