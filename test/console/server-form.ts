import type { Locator, Page } from 'playwright-core';

/** The form of a server in the console, addressed by its labels. */
export class ServerForm {
  constructor(readonly page: Page) {}

  field(label: string): Locator {
    return this.page.getByRole('textbox', { name: label, exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  dialog(title: string): Locator {
    return this.page.getByRole('alertdialog', { name: title });
  }

  /** Returns the error of a field, which is tied to the field for screen readers. */
  async errorAt(field: Locator): Promise<string> {
    await this.page.locator('[aria-invalid=true]').first().waitFor();
    const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const error = ids.find((id) => id.endsWith('-error'));
    return error ? this.page.locator(`[id="${error}"]`).innerText() : '';
  }

  /** Saves, and waits until the page shows the stored server. */
  async save(): Promise<void> {
    const saved = this.page.getByText(/ saved\.$/);
    // The notice of an earlier save must be gone first.
    while ((await saved.count()) > 0) await saved.first().waitFor({ state: 'detached' });
    await this.button('Save changes').click();
    await saved.first().waitFor();
  }
}
