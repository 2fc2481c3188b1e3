# PowerShell in a real terminal, for the tests that need one. Dot-source it after Support.ps1; tmux must be there.

# A PowerShell prompt in a terminal of its own; the name of its server keeps it apart from the user's and other tests'.
function Open-Terminal {
    param(
        [int] $Width = 200,
        [int] $Height = 50,
        # Variables for it, as env takes them.
        [string] $Environment = '',
        # What the terminal runs when PowerShell has ended. Without it the terminal ends then.
        [string] $Afterwards = ''
    )

    # The run itself may have been told to be plain.
    $name = "pbxevents-$PID-$([guid]::NewGuid().ToString('N').Substring(0, 6))"
    tmux -L $name -f /dev/null new-session -d -x $Width -y $Height "env -u NO_COLOR $Environment '$Pwsh' -NoLogo -NoProfile; $Afterwards"
    try {
        Wait-Screen $name '(?m)^PS '
    }
    catch {
        Close-Terminal $name
        throw
    }
    $name
}

function Close-Terminal {
    param([string] $Name)

    tmux -L $Name kill-server
}

# What stands on the screen; with -Colour also how.
function Get-Screen {
    param(
        [string] $Name,
        [switch] $Colour
    )

    $options = @('-p'; if ($Colour) { '-e' })
    (tmux -L $Name capture-pane @options) -join "`n"
}

# Types a line and waits until it has been carried out, which it says itself.
function Invoke-Line {
    param([string] $Name, [string] $Line)

    $mark = [guid]::NewGuid().ToString('N').Substring(0, 8)
    Send-Line $Name "$Line; 'done-' + '$mark'"
    Wait-Until { (Get-Screen $Name) -match "(?m)^done-$mark" } $Line
}

# Types a line and does not wait.
function Send-Line {
    param([string] $Name, [string] $Line)

    tmux -L $Name send-keys -l $Line
    tmux -L $Name send-keys Enter
}

function Send-Key {
    param([string] $Name, [string] $Key)

    tmux -L $Name send-keys $Key
}

function Resize-Terminal {
    param([string] $Name, [int] $Width, [int] $Height)

    tmux -L $Name resize-window -x $Width -y $Height
}

# Waits until the screen matches.
function Wait-Screen {
    param([string] $Name, [string] $Pattern)

    try {
        Wait-Until { (Get-Screen $Name) -match $Pattern } $Pattern
    }
    catch {
        throw "$_`n$(Get-Screen $Name)"
    }
}
